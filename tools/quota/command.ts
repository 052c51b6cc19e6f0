/** `quota`: shows the quota of messages, the gate and what waits; opens the gate if that is wished. */

import type { QuotaOrder } from '../../lib/send/quota-order.ts'
import { openFunction } from '../../local/stage/function.ts'
import { findPlace, whereIs } from '../../local/stage/place.ts'
import { type Report, report } from '../../local/stage/quota-report.ts'
import { appArgs, saidOf } from '../command/apps.ts'
import { commandLine } from '../command/options.ts'
import { type Start, whileAsking } from '../command/session.ts'
import { renderReopening, renderStatus } from './lines.ts'
import { parseOptions, spec } from './options.ts'

/** The function has 60 s. */
const answerLimitMs = 70_000

export const start: Start = async (args, { env, screen, now, signal }) => {
  const { app, ...options } = parseOptions(args, env)
  const ofApp = app === undefined ? {} : { app }
  const place = findPlace(options, 'lambda', env)
  // It knows WeChat's secret, so nobody here must.
  const quota = openFunction<QuotaOrder, Report>(place, 'resume-events', { shape: report, signal, answerLimitMs })
  screen.line(`The quota of messages${saidOf(ofApp)}, stage ${options.stage} (${whereIs(place)}) · 消息额度`)
  return whileAsking({ screen, signal }, async () => {
    const found = await quota.ask({ action: options.reopen ? 'reopen' : 'status', ...ofApp })
    screen.json(found)
    if (options.reopen) screen.line(renderReopening(found))
    const reopen = commandLine(spec.verb, options, [...appArgs(ofApp), '--reopen'])
    for (const it of renderStatus(found.status, { now: now(), reopen })) screen.line(it)
    return found.status.closedUntil === undefined ? 0 : 1
  })
}
