/** What `npm run redrive` is told on its command line. */

import type { Environment } from '../../local/environment.ts'
import {
  commandLine,
  readCount,
  readOptions,
  readStage,
  type Stage,
  stageOptions,
  UsageError,
} from '../command/options.ts'

/** `dlq` has what was wrong or came too often, `review` what may have been sent. */
export type AsideName = 'dlq' | 'review'

export type Options = Stage & {
  readonly queues: readonly AsideName[]
  /** A part of the reason of those to move; `all` for any. */
  readonly reason?: string
  readonly isSending: boolean
  /** At most so many are moved, the oldest first. */
  readonly limit: number
  readonly evenInDoubt: boolean
}

const command = 'npm run redrive'

export const helpText = `npm run redrive -- [options]   shows what was put aside, by reason, and moves it back into the queue of events

  --reason <part>     those whose reason has this in it, or all
  --send              moves them back; without it they are only shown
  --limit <count>     moves at most so many, the oldest first
  --queue <name>      dlq (rejected, overdue, received too often) or review (in doubt); both are shown, dlq is moved
  --even-in-doubt     moves also what may have been sent, so that it is sent: perhaps a second time
  --stage <name>      the stage to look at; without it the local stack, which npm start starts
  --region <name>     where the stage is deployed; AWS_REGION, or ap-southeast-1
  --help              this text

While it looks, up to five minutes, nobody else sees these events; at the end, and on Ctrl-C, they are given back.
What is marked as sent is not sent again for 15 days, whatever is moved.
Ends with 0 if all that was to be moved is, 1 if not, 2 if the options are wrong.
`

const known = {
  ...stageOptions,
  reason: { type: 'string' },
  send: { type: 'boolean' },
  limit: { type: 'string' },
  queue: { type: 'string' },
  'even-in-doubt': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options | 'help' {
  const values = readOptions(args, env, { command, options: known })
  const { help, reason, send: isSending = false, limit, queue, 'even-in-doubt': evenInDoubt = false } = values
  if (help) return 'help'
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

/** The command that shows, or moves, with more options. */
export function commandFor({ stage, region }: Options, more: readonly string[]): string {
  return commandLine(command, { stage, ...(region === undefined ? {} : { region }) }, more)
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
