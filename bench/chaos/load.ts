/** How a wave's events are pushed: as they are, twice, and in some waves with what producers get wrong. */

import type { MessageAttributeValue, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs'

import type { Chance } from './chance.ts'
import { badCopyOf, expiring, type PlannedEvent } from './events.ts'
import type { Wave } from './waves.ts'

export type Message = Omit<SendMessageBatchRequestEntry, 'Id'>

/** Seconds: at once, a minute later, or when WeChat has forgotten the first. */
const delays = [0, 60, 700]

/** Attributes as a producer may set them, for purposes of its own or by mistake; the sender uses these names too. */
const oddAttributes: readonly Readonly<Record<string, MessageAttributeValue>>[] = [
  { attempts: text('first') },
  { since: text('x') },
  { doubtSince: text('NaN') },
  { attempts: text('1e400'), since: text('9'.repeat(400)) },
  { doubtSince: text('9'.repeat(30)) },
  { attempts: text('-7'), since: text('-1'), doubtSince: text('-1') },
  { attempts: binary(), since: binary(), doubtSince: binary() },
  { attempts: { DataType: 'Number', StringValue: '3.5' }, traceparent: text('00-0af7651916cd43dd8448eb211c80319c-01') },
]

/** The wave's events as they are to be pushed now. */
export function dressed(events: readonly PlannedEvent[], { expiresWithin }: Wave, chance: Chance): PlannedEvent[] {
  if (expiresWithin === undefined) return [...events]
  const [least, most] = expiresWithin
  return events.map(it => expiring(it, Date.now() + (least + chance.random(most - least)) * 1000))
}

/** The messages that bring them; every fifth event comes once more. */
export function messagesOf(events: readonly PlannedEvent[], wave: Wave, chance: Chance): Message[] {
  const again = events.filter(() => chance.strikes('pushed twice'))
  return [
    ...events.map(({ body }) => ({ MessageBody: body, ...attributesOf(wave, chance) })),
    ...again.map(({ body }) => ({ MessageBody: body, DelaySeconds: delays[chance.random(delays.length)] ?? 0 })),
    ...(wave.hasBadCopies ? events.filter(it => !it.isPoison).flatMap(it => badCopies(it, chance)) : []),
  ]
}

function attributesOf({ hasOddAttributes = false }: Wave, chance: Chance): Pick<Message, 'MessageAttributes'> {
  if (!hasOddAttributes || !chance.strikes('odd attributes')) return {}
  return { MessageAttributes: { ...oddAttributes[chance.random(oddAttributes.length)] } }
}

/** Pushed a second time by a producer that has changed its mind about what an event is. */
function badCopies(event: PlannedEvent, chance: Chance): Message[] {
  if (!chance.strikes('bad copy pushed')) return []
  return [{ MessageBody: badCopyOf(event), DelaySeconds: delays[1 + chance.random(2)] ?? 0 }]
}

function text(StringValue: string): MessageAttributeValue {
  return { DataType: 'String', StringValue }
}

function binary(): MessageAttributeValue {
  return { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 255, 49]) }
}
