/** `npm run doctor`: asks the function, and prints what it found. */

import { explainFunctionFailure } from '../command/function.ts'
import { type Place, whereIs } from '../command/place.ts'
import { interrupted } from '../command/run-command.ts'
import type { Screen } from '../command/screen.ts'
import { type Examine, fileName } from './doctor-function.ts'
import { type Paint, renderEnd, renderFinding } from './lines.ts'
import type { Options } from './options.ts'

export type RunDeps = {
  readonly place: Place
  readonly screen: Pick<Screen, 'line' | 'problem'>
  readonly examine: Examine
  readonly paint: Paint
  /** Aborted when nobody wants to wait any more. */
  readonly signal: AbortSignal
}

/** Runs the command; answers its exit code. */
export async function runDoctor({ stage, json }: Options, deps: RunDeps): Promise<number> {
  const { place, screen, examine, paint, signal } = deps
  try {
    if (!json) screen.line(`The doctor looks at stage ${stage} (${whereIs(place)}) · 正在检查`)
    const report = await examine()
    if (json) screen.line(JSON.stringify(report, undefined, 2))
    else
      for (const text of [...report.checks.map(it => renderFinding(it, paint)), renderEnd(report, paint)])
        screen.line(text)
    return report.isWell ? 0 : 1
  } catch (error) {
    if (signal.aborted) return interrupted
    screen.problem(`✗ ${explainFunctionFailure(error, place, fileName)}`)
    return 1
  }
}
