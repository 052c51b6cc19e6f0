import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { inRuns } from '../lib/pool.ts'

/** One call takes, or deletes, no more than this; SQS's own limit. */
export const callSize = 10

/** Receives what can be seen, with all that Lambda hands on of a message. */
export async function receiveMessages(sqs: SQSClient, QueueUrl: string): Promise<Message[]> {
  const all = { MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'] }
  const request = { QueueUrl, MaxNumberOfMessages: callSize, ...all }
  return (await sqs.send(new ReceiveMessageCommand(request))).Messages ?? []
}

/** Deletes messages by the receipts that they came with. */
export async function deleteMessages(sqs: SQSClient, QueueUrl: string, messages: readonly Message[]): Promise<void> {
  for (const run of inRuns(messages, callSize)) {
    const Entries = run.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
  }
}
