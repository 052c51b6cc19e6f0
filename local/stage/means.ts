/** What looking at a stage takes of whoever looks: the environment, a clock, and when it is no longer wanted. */

import type { Environment } from '../environment.ts'

export type Means = {
  readonly env: Environment
  /** Milliseconds. */
  readonly now: () => number
  /** Rejects when nobody wants to watch any more. */
  readonly sleep: (ms: number) => Promise<void>
  /** Aborted when nobody wants to watch any more. */
  readonly signal: AbortSignal
}
