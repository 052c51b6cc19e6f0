/** `quota`: shows the quota, the gate and what waits; opens the gate if that is wished. */

import { explainFunctionFailure } from '../command/function.ts'
import { type Place, whereIs } from '../command/place.ts'
import type { Screen } from '../command/screen.ts'
import { interrupted } from '../command/session.ts'
import { renderReopening, renderStatus } from './lines.ts'
import { type Options, reopenCommand } from './options.ts'
import { type AskQuota, fileName } from './quota-function.ts'

export type QuotaDeps = {
  readonly place: Place
  readonly screen: Pick<Screen, 'line' | 'problem' | 'json'>
  readonly ask: AskQuota
  /** Milliseconds. */
  readonly now: () => number
  /** Aborted when nobody wants to wait any more. */
  readonly signal: AbortSignal
}

/** Runs the command; answers its exit code. */
export async function runQuota(options: Options, { place, screen, ask, now, signal }: QuotaDeps): Promise<number> {
  screen.line(`The quota of messages, stage ${options.stage} (${whereIs(place)}) · 消息额度`)
  try {
    const report = await ask({ action: options.reopen ? 'reopen' : 'status' })
    screen.json(report)
    if (options.reopen) screen.line(renderReopening(report))
    const lines = renderStatus(report.status, { now: now(), reopen: reopenCommand(options) })
    for (const it of lines) screen.line(it)
    return report.status.closedUntil === undefined ? 0 : 1
  } catch (error) {
    if (signal.aborted) return interrupted
    screen.problem(`✗ ${explainFunctionFailure(error, place, fileName)}`)
    return 1
  }
}
