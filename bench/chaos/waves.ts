/** The script: one wave after another, and in each something that fails. */

import type { QueueFault } from './queues.ts'
import type { StoreFault } from './store.ts'
import { type Trouble, troubles } from './troubles.ts'

export type Wave = {
  readonly name: string
  /** One of the box's faults, met by every fifth call of template/send. */
  readonly fault?: Readonly<Record<string, unknown>>
  /** Tokens are replaced instead. */
  readonly isRevoked?: boolean
  /** What is wrong for a time, and how its events differ. */
  readonly trouble?: Trouble
  /** Seconds, least and most, until the wave's events expire. */
  readonly expiresWithin?: readonly [number, number]
  readonly hasOddAttributes?: boolean
  /** Messages come so late, many at a time: one by one, as they are put off, each would take a real second. */
  readonly lateSeconds?: number
  /** Some events are pushed once more, with their id and a body that is wrong. */
  readonly hasBadCopies?: boolean
  /** Repeats outlive WeChat's ten minutes here, so that events may end in doubt: those that may have left. */
  readonly mayDoubt?: boolean
  readonly store?: StoreFault
  readonly queue?: QueueFault
  /** Whether processes are killed. */
  readonly isDeadly: boolean
}

type Kind = Omit<Wave, 'store' | 'queue' | 'isDeadly'> & {
  /** Nothing fails but what the wave names. */
  readonly isCalm?: true
  /** Tables and queues fail, but no processes are killed beyond what the wave names. */
  readonly isSpared?: true
}

const stores = ['throttled', 'unprocessed'] as const
const queues = ['refused', 'answer-lost'] as const
const lost = { kind: 'reset-after' } as const
const unsure = { kind: 'errcode', errcode: -1, processed: true } as const

const failures: readonly Kind[] = [
  ...[500, 502, 503, 412].map(status => ({ name: `HTTP ${status}`, fault: { kind: 'status', status } })),
  { name: 'empty 200', fault: { kind: 'empty-200' } },
  { name: 'truncated body', fault: { kind: 'truncated' } },
  { name: 'reset before the work', fault: { kind: 'reset-before' } },
  { name: 'reset after the work', fault: lost },
  { name: '4 s slow', fault: { kind: 'slow', ms: 4000 } },
  { name: 'no answer (10 s)', fault: { kind: 'hang' } },
  { name: '-1, not sent', fault: { kind: 'errcode', errcode: -1 } },
  { name: '-1, yet sent', fault: unsure },
  ...[40001, 40014, 42001].map(errcode => ({ name: `${errcode}`, fault: { kind: 'errcode', errcode } })),
  { name: 'token replaced', isRevoked: true },
  { name: '45011 minute quota', fault: { kind: 'errcode', errcode: 45011 }, lateSeconds: 30 },
  { name: 'control characters', fault: { kind: 'control-characters' } },
  { name: 'errcode as text', fault: { kind: 'errcode-as-string' } },
  // What waits for midnight outlives WeChat's ten minutes: an event in doubt at that time goes to people, by design. So
  // nothing is killed here and every mark is written; messages are shown twice and not deleted as in all waves.
  { name: '45009 day quota', fault: { kind: 'errcode', errcode: 45009 }, isCalm: true },
]

/** What outlasts a try: no more is lost, doubled or told wrongly, but some end in doubt. */
const longTroubles: readonly Kind[] = [
  { name: 'answer lost, then expired', fault: lost, expiresWithin: [2, 60], mayDoubt: true },
  { name: '-1, yet sent, then expired', fault: unsure, expiresWithin: [2, 60], mayDoubt: true },
  { name: 'answer lost, then people leave', fault: lost, trouble: troubles.leaving, mayDoubt: true, isSpared: true },
  { name: 'processes die before the first call', trouble: troubles.dyingBefore, mayDoubt: true, isSpared: true },
  { name: 'processes die at the first call', trouble: troubles.dyingAt, mayDoubt: true, isSpared: true },
  { name: 'processes die after the first call', trouble: troubles.dyingAfter, mayDoubt: true, isSpared: true },
  { name: 'receives throttled', trouble: troubles.throttled, isSpared: true },
  {
    name: 'receives throttled amid doubt',
    fault: lost,
    trouble: troubles.throttledLate,
    mayDoubt: true,
    isSpared: true,
  },
  // A call whose kept connection was lost is not repeated within ten minutes here.
  { name: 'no token', trouble: troubles.tokenless, lateSeconds: 60, mayDoubt: true, isSpared: true },
  { name: 'no send for 12 minutes', trouble: troubles.sendless, lateSeconds: 30, mayDoubt: true, isSpared: true },
  { name: 'odd attributes', fault: lost, hasOddAttributes: true },
  { name: 'bad copies', hasBadCopies: true },
  { name: 'repeats told by 45065', fault: unsure, trouble: troubles.told45065 },
  { name: 'repeats told by 40241', fault: lost, trouble: troubles.told40241 },
  { name: '43117 for some', trouble: troubles.tired, isSpared: true },
  { name: 'so many a minute', trouble: troubles.limited, isCalm: true },
]

/** All waves; in one the tables throttle, in the next they leave items unprocessed; the queues change every two waves. */
export const waves: readonly Wave[] = [...failures, ...longTroubles].map(({ isCalm, isSpared, ...it }, index) => ({
  ...it,
  isDeadly: !(isCalm || isSpared),
  ...(isCalm ? {} : { store: stores[index % 2], queue: queues[(index >> 1) % 2] }),
}))
