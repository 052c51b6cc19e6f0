/** What a verb is run with. */

import type { Environment } from '../../local/environment.ts'
import type { Screen } from './screen.ts'

export type Session = {
  readonly env: Environment
  readonly screen: Screen
  /** Milliseconds. */
  readonly now: () => number
  /** Rejects when nobody wants to watch any more. */
  readonly sleep: (ms: number) => Promise<void>
  /** Aborted when nobody wants to watch any more. */
  readonly signal: AbortSignal
}

/** Answers the exit code; throws UsageError for options that cannot be meant. */
export type Start = (args: readonly string[], session: Session) => Promise<number>

/** As shells count an end by Ctrl-C. */
export const interrupted = 130
