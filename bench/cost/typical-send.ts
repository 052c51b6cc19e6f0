/** co-wechat-api in a Lambda, as people write it: its token in a table, some messages at a time, a line for each. */

import { createRequire } from 'node:module'
import { env } from 'node:process'

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'

import { logLine } from './log-line.ts'
import { templateIdOf } from './template.ts'

const { WECHAT_API_URL: url, WECHAT_OFFICIAL_APPID: appid = '', OFFICIAL_SECRET: secret = '', PEERS: peers } = env
const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({}))
// From where the bench installs the peers.
const API = createRequire(`${peers}/`)('co-wechat-api')
const api = new API(appid, secret, readToken, writeToken)
api.prefix = `${url}/cgi-bin/`

/** For several processes its README asks to keep the token where all find it. */
async function readToken() {
  const { Item } = await dynamo.send(new GetCommand({ TableName: 'tokens', Key: { appid: 'typical' } }))
  return Item?.token
}

async function writeToken(token: object): Promise<void> {
  await dynamo.send(new PutCommand({ TableName: 'tokens', Item: { appid: 'typical', token: { ...token } } }))
}

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const failed = await Promise.all(
    event.Records.map(async ({ body, messageId }) => {
      try {
        await deliver(JSON.parse(body))
        return []
      } catch (error) {
        logLine('failed', messageId, `${error}`)
        return [{ itemIdentifier: messageId }]
      }
    }),
  )
  return { batchItemFailures: failed.flat() }
}

type Message = { id: string; to: { unionid: string }; template: string; data: object }

async function deliver({ id, to, template, data }: Message): Promise<void> {
  const Key = { address: `unionid#${to.unionid}` }
  const { Item = {} } = await dynamo.send(new GetCommand({ TableName: 'links', Key }))
  const values = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { value }]))
  const { msgid } = await api.sendTemplate(Item[appid]?.openid, templateIdOf(template), '', '', values)
  const row = { id, msgid: `${msgid}`, state: 'sent', at: new Date().toISOString() }
  await dynamo.send(new PutCommand({ TableName: 'deliveries', Item: row }))
  logLine(JSON.stringify({ level: 'info', message: 'sent', ...row }))
}
