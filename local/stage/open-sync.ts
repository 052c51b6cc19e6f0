/** The function that syncs the followers. */

import type { AppName } from '../../lib/apps.ts'
import { openFunction } from './function.ts'
import type { Place } from './place.ts'
import { type Report, report, type SyncFunction } from './sync-report.ts'

/** The name of its file. */
export const syncFunction = 'sync-followers'

/** Opens the function; the planning makes a few calls to WeChat, each of at most 10 s. */
export function openSync(place: Place, signal: AbortSignal, app?: AppName): SyncFunction {
  const opening = { shape: report, signal, answerLimitMs: 60_000 }
  const { ask, begin } = openFunction<Parameters<SyncFunction['ask']>[0], Report>(place, syncFunction, opening)
  const ofApp = app === undefined ? {} : { app }
  return { ask: order => ask({ ...order, ...ofApp }), begin: order => begin({ ...order, ...ofApp }) }
}
