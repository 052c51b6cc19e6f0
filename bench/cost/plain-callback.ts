/** A Lambda for each receipt, as people write it: checks the signature, and updates the row of the message. */

import { createHash } from 'node:crypto'

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from 'aws-lambda'

import { defaultCallback } from '../../local/wechat/defaults.ts'
import { logLine } from './log-line.ts'

const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({}))

/** Whether it logs the whole push, or a line of what it says. */
export const callbackOf =
  (logsAll: boolean) =>
  async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> => {
    if (logsAll) logLine('event', JSON.stringify(event))
    const { signature, timestamp = '', nonce = '' } = event.queryStringParameters ?? {}
    const expected = createHash('sha1').update([defaultCallback.token, timestamp, nonce].sort().join('')).digest('hex')
    if (signature !== expected) return { statusCode: 401 }
    const read = (name: string) => new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(event.body ?? '')?.[1]
    const [id, status] = [`msgid-${read('MsgID')}`, read('Status')]
    await dynamo.send(
      new UpdateCommand({
        TableName: 'deliveries',
        Key: { id },
        UpdateExpression: 'SET #status = :status',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': status },
      }),
    )
    if (!logsAll) logLine(JSON.stringify({ level: 'info', message: 'receipt', id, status }))
    return { statusCode: 200, body: 'success' }
  }
