/** What a verb is run with, and how it ends where it does not choose its end. */

import { AskError } from '../../local/stage/explain-failure.ts'
import type { Means } from '../../local/stage/means.ts'
import type { Screen } from './screen.ts'

export type Session = Means & { readonly screen: Screen }

/** Answers the exit code; throws UsageError for options that cannot be meant. */
export type Start = (args: readonly string[], session: Session) => Promise<number>

/** As shells count an end by Ctrl-C. */
export const interrupted = 130

/** Nobody wants to answer: Ctrl-C, Ctrl-D, or the terminal is gone. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** `left` is told when somebody leaves, `next` follows a failure in its line. */
type Words = { readonly left?: () => string; readonly next?: () => string }

/** Runs what asks the services of a stage, and tells in one line what could not be asked; answers the exit code. */
export async function whileAsking(
  { screen, signal }: Pick<Session, 'screen' | 'signal'>,
  run: () => Promise<number>,
  { left, next }: Words = {},
): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (signal.aborted || error instanceof NoAnswer) {
      if (left !== undefined) screen.line(left())
      return interrupted
    }
    if (!(error instanceof AskError)) throw error
    screen.problem(`✗ ${error.message}${next?.() ?? ''}`)
    return 1
  }
}
