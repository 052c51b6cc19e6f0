/** What Lambda hands to a handler, as far as the handlers look at it. */

import type { APIGatewayProxyEventV2, Context, SQSEvent, SQSRecord } from 'aws-lambda'

/** An invocation with a minute left. */
export const context = { getRemainingTimeInMillis: () => 60_000 } as Partial<Context> as Context

/** A request that API Gateway hands over. */
export function requestOf(more: Partial<APIGatewayProxyEventV2>): APIGatewayProxyEventV2 {
  return { isBase64Encoded: false, headers: {}, ...more } as Partial<APIGatewayProxyEventV2> as APIGatewayProxyEventV2
}

/** The messages of a queue, by their ids. */
export function batchOf(bodies: Readonly<Record<string, unknown>>): SQSEvent {
  const attributes = { ApproximateReceiveCount: '1', ApproximateFirstReceiveTimestamp: '0', SentTimestamp: '0' }
  const queue = { eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:queqiao-test-receipts', receiptHandle: 'handle' }
  const Records = Object.entries(bodies).map(
    ([messageId, body]) =>
      ({ messageId, body: JSON.stringify(body), attributes, ...queue }) as Partial<SQSRecord> as SQSRecord,
  )
  return { Records }
}
