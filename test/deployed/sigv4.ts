/** AWS Signature Version 4, as a business system signs its requests; for the few calls that no client here makes. */

import { createHash, createHmac } from 'node:crypto'

export type Signer = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly region: string
}
export type Request = {
  readonly method: string
  readonly url: string
  readonly service: string
  readonly body?: string
}

/** Makes the headers of one request, good for a few minutes. */
export function sign({ method, url, service, body = '' }: Request, signer: Signer): Record<string, string> {
  const { host, pathname, searchParams } = new URL(url)
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const token = signer.sessionToken === undefined ? {} : { 'x-amz-security-token': signer.sessionToken }
  const headers: Record<string, string> = { host, 'x-amz-date': at, ...token }
  const names = Object.keys(headers).sort()
  const query = [...searchParams].map(pair => pair.map(encode).join('=')).sort()
  const lines = names.map(name => `${name}:${headers[name]}\n`).join('')
  const path = pathname.split('/').map(encode).join('/')
  const asked = [method, path, query.join('&'), lines, names.join(';'), hash(body)].join('\n')

  const scope = [at.slice(0, 8), signer.region, service, 'aws4_request']
  const key = scope.reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${signer.secretAccessKey}`)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', at, scope.join('/'), hash(asked)].join('\n')).toString('hex')
  const credential = `${signer.accessKeyId}/${scope.join('/')}`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { 'x-amz-date': at, ...token, authorization }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, it => `%${it.charCodeAt(0).toString(16).toUpperCase()}`)
}
