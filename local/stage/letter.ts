/** One event that was put aside, and how it goes back. */

import { hash } from 'node:crypto'
import type { Message } from '@aws-sdk/client-sqs'
import * as v from 'valibot'

import { idOf } from '../../lib/send/event-id.ts'
import type { Message as EventMessage } from './events-queue.ts'

export type Letter = {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
  /** The event's id, where it has a valid one. */
  readonly id: string | undefined
  readonly kind: Kind
  /** Why it is there, in words that name nobody. */
  readonly reason: string
  /** When (ms) it was put aside; of one that SQS moved, when it was pushed. */
  readonly at: number
  readonly since?: string
  /** Its group, where it was pushed with one. */
  readonly group?: string
}

const kinds = ['rejected', 'overdue', 'in-doubt', 'received too often', 'else'] as const
export type Kind = (typeof kinds)[number]

/** SQS writes no reason to what it moves away after its last receive. */
const unwritten = 'received too often'
const longest = 160
const maxIdLength = 128
const ending = ':again'

/** Reads a message of the dead-letter or the review queue. */
export function readLetter({ MessageId = '', ReceiptHandle = '', Body = '', ...more }: Message): Letter {
  const text = (name: string) => more.MessageAttributes?.[name]?.StringValue
  const reason = clean(text('reason') ?? unwritten)
  const since = text('since')
  const group = more.Attributes?.MessageGroupId
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    id: idOf(Body),
    kind: kinds.find(it => reason.startsWith(it)) ?? 'else',
    reason,
    at: Number(more.Attributes?.SentTimestamp ?? 0),
    ...(since === undefined ? {} : { since }),
    ...(group === undefined ? {} : { group }),
  }
}

/**
 * The message that brings an event back; undefined if it would only be lost. Its attempts begin anew, and its age as
 * well, but for a letter with `since`: SQS moved that, for the sender writes none. What is overdue would be so again at
 * once. What may have been sent, the sender knows by the event's id.
 */
export function messageOf(
  letter: Letter,
  { evenInDoubt }: { readonly evenInDoubt: boolean },
): EventMessage | undefined {
  const grouped = letter.group === undefined ? {} : { group: letter.group }
  const again = letter.kind === 'in-doubt' ? evenInDoubt && renamed(letter) : asItWas(letter)
  return again ? { ...again, ...grouped } : undefined
}

function asItWas(letter: Letter): EventMessage {
  const { body, since = letter.kind === unwritten ? `${letter.at}` : undefined } = letter
  const isKept = since !== undefined && letter.kind !== 'overdue'
  return { body, attributes: isKept ? { since } : {} }
}

const anyEvent = v.pipe(v.string(), v.parseJson(), v.looseObject({}))

/** Its own id is marked. The new one is no chance either: moved twice, it is still one message. */
function renamed({ body, id }: Letter): EventMessage | undefined {
  const event = v.safeParse(anyEvent, body)
  if (id === undefined || !event.success) return undefined
  const fits = id.length + ending.length <= maxIdLength
  const base = fits ? id : hash('sha256', id)
  return { body: JSON.stringify({ ...event.output, id: `${base}${ending}` }) }
}

/** WeChat's words come in without openids, others' may not; and a terminal obeys control characters. */
function clean(reason: string): string {
  const visible = reason.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/[A-Za-z0-9_-]{24,}/g, '…')
  return visible.length > longest ? `${visible.slice(0, longest)}…` : visible
}
