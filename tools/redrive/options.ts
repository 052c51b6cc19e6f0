/** What `redrive` is told on the command line. */

import type { Environment } from '../../local/environment.ts'
import type { AsideName } from '../../local/stage/aside-queue.ts'
import type { Stage } from '../../local/stage/place.ts'
import type { Spec } from '../command/help.ts'
import { jsonOption, readCount, readOptions, readStage, stageOptions, UsageError } from '../command/options.ts'

export type Options = Stage & {
  readonly queues: readonly AsideName[]
  /** A part of the reason of those to move; `all` for any. */
  readonly reason?: string
  readonly isSending: boolean
  /** At most so many are moved, the oldest first. */
  readonly limit: number
  readonly evenInDoubt: boolean
}

export const spec = {
  verb: 'redrive',
  summary: 'shows what was put aside, by reason, and moves it back into the queue of events',
  options: {
    reason: { type: 'string', value: '<part>', summary: 'those whose reason has this in it, or all' },
    send: { type: 'boolean', summary: 'moves them back; without it they are only shown' },
    limit: { type: 'string', value: '<count>', summary: 'moves at most so many, the oldest first' },
    queue: {
      type: 'string',
      value: '<name>',
      summary: 'dlq (rejected, overdue, received too often) or review (in doubt); both are shown, dlq is moved',
    },
    'even-in-doubt': {
      type: 'boolean',
      summary: 'moves also what may have been sent, so that it is sent: perhaps a second time',
    },
    ...stageOptions,
    ...jsonOption,
  },
  notes:
    'While it looks, up to five minutes, nobody else sees these events; at the end, and on Ctrl-C, they are given back.\n' +
    'What is marked as sent is not sent again for 15 days, whatever is moved.',
  exitCodes: ['all that was to be moved is', 'not'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options {
  const values = readOptions(args, env, spec)
  const { reason, send: isSending = false, limit, queue, 'even-in-doubt': evenInDoubt = false } = values
  const options = {
    ...readStage(values, env),
    queues: readQueues(queue, isSending),
    ...(reason === undefined ? {} : { reason: readReason(reason) }),
    isSending,
    limit: limit === undefined ? Number.POSITIVE_INFINITY : readCount('limit', limit),
    evenInDoubt,
  }
  assertMeant(options)
  return options
}

function readQueues(queue: string | undefined, isSending: boolean): AsideName[] {
  if (queue === undefined) return isSending ? ['dlq'] : ['dlq', 'review']
  if (queue === 'dlq' || queue === 'review') return [queue]
  throw new UsageError(`--queue takes dlq or review, not "${queue}"`)
}

function readReason(reason: string): string {
  if (reason.trim() !== '') return reason
  throw new UsageError('--reason takes a part of a reason as it is shown, or all')
}

function assertMeant({ queues, reason, isSending, evenInDoubt }: Options): void {
  if (isSending && reason === undefined)
    throw new UsageError('--send needs --reason: a part of a reason as it is shown, or all')
  if (isSending && queues.includes('review') && !evenInDoubt) throw new UsageError(whyNotReview)
}

const whyNotReview =
  'what is in doubt is marked as perhaps sent, and under its id nothing is sent again for 15 days: moved back, it would be lost.\n' +
  'With --even-in-doubt each goes out under a new id, its own and ":again"; that may be a second message on the phone'
