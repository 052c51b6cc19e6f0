/** `doctor`: asks the function, and prints what it found. */

import { explainFunctionFailure } from '../command/function.ts'
import { type Place, whereIs } from '../command/place.ts'
import type { Screen } from '../command/screen.ts'
import { interrupted } from '../command/session.ts'
import { type Examine, fileName } from './doctor-function.ts'
import { type Paint, renderEnd, renderFinding } from './lines.ts'
import type { Options } from './options.ts'

export type RunDeps = {
  readonly place: Place
  readonly screen: Pick<Screen, 'line' | 'problem' | 'json'>
  readonly examine: Examine
  readonly paint: Paint
  /** Aborted when nobody wants to wait any more. */
  readonly signal: AbortSignal
}

/** Runs the command; answers its exit code. */
export async function runDoctor({ stage }: Options, deps: RunDeps): Promise<number> {
  const { place, screen, examine, paint, signal } = deps
  try {
    screen.line(`The doctor looks at stage ${stage} (${whereIs(place)}) · 正在检查`)
    const report = await examine()
    screen.json(report)
    for (const it of report.checks) screen.line(renderFinding(it, paint))
    screen.line(renderEnd(report, paint))
    return report.isWell ? 0 : 1
  } catch (error) {
    if (signal.aborted) return interrupted
    screen.problem(`✗ ${explainFunctionFailure(error, place, fileName)}`)
    return 1
  }
}
