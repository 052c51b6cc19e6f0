/** A queue of a stage, by its name. */

import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'

import { ask } from './explain-failure.ts'
import { clientConfig, type Place } from './place.ts'

export type StageQueue = {
  readonly name: string
  /** Makes a request; throws an AskError that names the right, as `SendMessage`, where it is refused. */
  request<T>(right: string, make: (sqs: SQSClient, url: string) => Promise<T>): Promise<T>
}

const answerLimitMs = 15_000

/** Opens `queqiao-<stage>-<ending>`. */
export function openQueue(place: Place, ending: string): StageQueue {
  const name = `queqiao-${place.stage}-${ending}`
  const sqs = new SQSClient(clientConfig(place, answerLimitMs))
  let found: Promise<string> | undefined

  async function find(): Promise<string> {
    const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }))
    return QueueUrl
  }

  return {
    name,
    request(right, make) {
      found ??= find()
      const rights = `sqs:GetQueueUrl and sqs:${right} on ${name}`
      const made = found.then(url => make(sqs, url))
      return ask(place, { service: 'SQS', what: `queue ${name}`, right: rights }, made)
    },
  }
}
