/** A message a Lambda, as it is written first: everything for each message, and everything logged. */

import { env } from 'node:process'

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { SQSEvent } from 'aws-lambda'

import { logLine } from './log-line.ts'
import { templateIdOf } from './template.ts'

const { WECHAT_API_URL: url, WECHAT_OFFICIAL_APPID: appid, OFFICIAL_SECRET: secret } = env
const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({}))

export async function handler(event: SQSEvent): Promise<void> {
  logLine('event', JSON.stringify(event))
  for (const record of event.Records) {
    const message = JSON.parse(record.body)
    const answer = await send(message)
    logLine('answer', JSON.stringify(answer))
    const { id } = message
    await dynamo.send(
      new PutCommand({ TableName: 'deliveries', Item: { id, ...answer, at: new Date().toISOString() } }),
    )
  }
}

async function send({ to, template, data }: { to: { unionid: string }; template: string; data: object }) {
  const query = `grant_type=client_credential&appid=${appid}&secret=${secret}`
  const { access_token } = await answerOf(fetch(`${url}/cgi-bin/token?${query}`))
  const Key = { address: `unionid#${to.unionid}` }
  const { Item = {} } = await dynamo.send(new GetCommand({ TableName: 'links', Key }))
  const values = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }]))
  const body = JSON.stringify({ touser: Item[`${appid}`]?.openid, template_id: templateIdOf(template), data: values })
  const target = `${url}/cgi-bin/message/template/send?access_token=${access_token}`
  return answerOf(fetch(target, { method: 'POST', body }))
}

async function answerOf(call: Promise<Response>): Promise<Record<string, unknown>> {
  return (await call).json() as Promise<Record<string, unknown>>
}
