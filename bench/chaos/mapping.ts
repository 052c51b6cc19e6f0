/** The event source mapping: receives, invokes, deletes what is done; and what goes wrong with queues on the way. */

import type { Message } from '@aws-sdk/client-sqs'
import { feedOf } from '../../kit/deployment.ts'
import { inRuns } from '../../lib/pool.ts'
import { judgeAnswer, toSqsEvent } from '../../local/event-batch.ts'
import { callSize, deleteMessages, receiveMessages } from '../../local/queue-messages.ts'
import type { Chance } from './chance.ts'
import type { FunctionName } from './container.ts'
import type { Container } from './containers.ts'
import { numbersIn } from './events.ts'
import type { World } from './world.ts'

export type Mapping = {
  /** A batch of what is visible, of one to a hundred messages; empty if nothing is. */
  next(): Promise<Message[]>
  /** Runs it; answers whether the container lives, and how many messages are done. */
  run(container: Container, batch: readonly Message[]): Promise<{ readonly isAlive: boolean; readonly done: number }>
}

const { size: batchSize } = feedOf('send')

/** `mayDouble` tells whether messages are shown twice, or not deleted, at this time. */
type How = { readonly name: FunctionName; readonly chance: Chance; readonly mayDouble: () => boolean }

/** Creates the mapping of the events queue to a function; some messages are shown twice, or not deleted. */
export function createMapping(
  { sqs, events, witness }: Pick<World, 'sqs' | 'events' | 'witness'>,
  { name, chance, mayDouble }: How,
): Mapping {
  const strikes = (what: string) => mayDouble() && chance.strikes(what)
  /** Messages that are shown once more, to another container, while the first one has them. */
  const copies: Message[] = []

  const receive = () => receiveMessages(sqs, events.url)
  const remove = async (messages: readonly Message[]) => {
    for (const run of inRuns(messages, callSize))
      if (!strikes('not deleted')) await deleteMessages(sqs, events.url, run)
  }

  return {
    async next() {
      const batch = copies.splice(0, batchSize)
      const size = Math.max(batch.length, batchSize - chance.random(80))
      for (let more = await receive(); more.length > 0; more = await receive()) {
        batch.push(...more)
        copies.push(...more.filter(() => strikes('shown twice')))
        if (batch.length + callSize > size) break
      }
      return batch
    },
    async run(container, batch) {
      const ended = await container.invoke(name, toSqsEvent(batch, { queueArn: events.arn, region: 'us-east-1' }))
      if (ended.kind !== 'answered') {
        if (ended.hasBegun) witness.died(batch.flatMap(it => numbersIn(it.Body ?? '')))
        return { isAlive: ended.kind === 'failed', done: 0 }
      }
      const { done, problem } = judgeAnswer(JSON.stringify(ended.answer), batch)
      if (problem !== undefined) throw new Error(problem)
      await remove(done)
      return { isAlive: true, done: done.length }
    },
  }
}
