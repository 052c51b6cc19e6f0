/** What invokes a function: a batch of a queue, a request of the HTTP API, a push of WeChat. */

import { createHash, randomUUID } from 'node:crypto'

import { defaultAccounts, defaultCallback } from '../../local/wechat/defaults.ts'

/** A batch of messages, as Lambda hands it over. */
export function queueEvent(bodies: readonly string[]): object {
  const sentAt = `${Date.now()}`
  const attributes = {
    SenderId: 'bench',
    SentTimestamp: sentAt,
    ApproximateReceiveCount: '1',
    ApproximateFirstReceiveTimestamp: sentAt,
  }
  const source = { eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:events' }
  const common = { attributes, messageAttributes: {}, md5OfBody: '', awsRegion: 'us-east-1', ...source }
  // As long as those of SQS are.
  const receiptHandle = 'A'.repeat(412)
  return { Records: bodies.map(body => ({ messageId: randomUUID(), receiptHandle, body, ...common })) }
}

type Request = {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly parameters?: Readonly<Record<string, string>>
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A request, in the payload format 2.0 of the HTTP API. */
export function requestEvent({ method, path, query = {}, parameters, body, headers = {} }: Request): object {
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '101.226.103.1', userAgent: 'Mozilla/4.0' }
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    rawQueryString: `${new URLSearchParams(query)}`,
    headers: { 'content-type': 'application/json', host: 'api.example.com', 'user-agent': 'Mozilla/4.0', ...headers },
    queryStringParameters: query,
    requestContext: {
      ...{ accountId: '000000000000', apiId: 'bench', domainName: 'api.example.com', domainPrefix: 'api', http },
      ...{ requestId: 'bench', routeKey: `${method} ${path}`, stage: '$default', timeEpoch: Date.now() },
      time: new Date().toISOString(),
    },
    ...(parameters && { pathParameters: parameters }),
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  }
}

/** The receipt of a message, in plain text, signed as WeChat signs it. */
export function receiptEvent(msgid: number, openid: string): object {
  const at = Math.floor(Date.now() / 1000)
  const body = `<xml><ToUserName><![CDATA[${defaultAccounts.official.originalId}]]></ToUserName>
<FromUserName><![CDATA[${openid}]]></FromUserName>
<CreateTime>${at}</CreateTime>
<MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>
<MsgID>${msgid}</MsgID>
<Status><![CDATA[success]]></Status>
</xml>`
  const headers = { 'content-type': 'text/xml' }
  return requestEvent({ method: 'POST', path: '/callback', query: signed(at), body, headers })
}

/** The handshake when the URL is entered in the console. */
export function handshakeEvent(): object {
  const query = { ...signed(Math.floor(Date.now() / 1000)), echostr: '6375193452468925000' }
  return requestEvent({ method: 'GET', path: '/callback', query, body: '' })
}

function signed(at: number): { signature: string; timestamp: string; nonce: string } {
  const [timestamp, nonce] = [`${at}`, '1372623149']
  const text = [defaultCallback.token, timestamp, nonce].sort().join('')
  return { signature: createHash('sha1').update(text).digest('hex'), timestamp, nonce }
}
