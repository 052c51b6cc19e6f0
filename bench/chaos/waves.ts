/** The script: one wave after another, and in each one way in which WeChat fails every fifth call. */

import type { QueueFault } from './queues.ts'
import type { StoreFault } from './store.ts'

/** `fault` is one of the box's; with `isRevoked` tokens are replaced instead. */
export type Wave = {
  readonly name: string
  readonly fault?: Readonly<Record<string, unknown>>
  readonly isRevoked?: boolean
  readonly store?: StoreFault
  readonly queue?: QueueFault
  /** Whether processes are killed. */
  readonly isDeadly: boolean
}

const stores = ['throttled', 'unprocessed'] as const
const queues = ['refused', 'answer-lost'] as const
const kinds: readonly (Pick<Wave, 'name' | 'fault' | 'isRevoked'> & { readonly isCalm?: true })[] = [
  ...[500, 502, 503, 412].map(status => ({ name: `HTTP ${status}`, fault: { kind: 'status', status } })),
  { name: 'empty 200', fault: { kind: 'empty-200' } },
  { name: 'truncated body', fault: { kind: 'truncated' } },
  { name: 'reset before the work', fault: { kind: 'reset-before' } },
  { name: 'reset after the work', fault: { kind: 'reset-after' } },
  { name: '4 s slow', fault: { kind: 'slow', ms: 4000 } },
  { name: 'no answer (10 s)', fault: { kind: 'hang' } },
  { name: '-1, not sent', fault: { kind: 'errcode', errcode: -1 } },
  { name: '-1, yet sent', fault: { kind: 'errcode', errcode: -1, processed: true } },
  ...[40001, 40014, 42001].map(errcode => ({ name: `${errcode}`, fault: { kind: 'errcode', errcode } })),
  { name: 'token replaced', isRevoked: true },
  { name: '45011 minute quota', fault: { kind: 'errcode', errcode: 45011 } },
  { name: 'control characters', fault: { kind: 'control-characters' } },
  { name: 'errcode as text', fault: { kind: 'errcode-as-string' } },
  // What waits for midnight outlives WeChat's ten minutes: an event in doubt at that time goes to people, by design. So
  // nothing is killed here and every mark is written; messages are shown twice and not deleted as in all waves.
  { name: '45009 day quota', fault: { kind: 'errcode', errcode: 45009 }, isCalm: true },
]

/** All waves; in one the tables throttle, in the next they leave items unprocessed; the queues change every two waves. */
export const waves: readonly Wave[] = kinds.map(({ isCalm = false, ...it }, index) => ({
  ...it,
  isDeadly: !isCalm,
  ...(isCalm ? {} : { store: stores[index % 2], queue: queues[(index >> 1) % 2] }),
}))
