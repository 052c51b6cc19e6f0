import { expect, it } from 'vitest'
import { logOf, metricsOf } from '../../lib/of-app.ts'
import { readGate } from '../../lib/send/send-gate.ts'
import { stageApps } from '../idle-pair.ts'
import { openWorld } from '../world.ts'

const tried = { kind: 'deferred', leastSeconds: 60, cause: 'quota', why: 'quota is tried out' }

async function openTrial() {
  const { gate, now, log, metrics, random } = await openWorld()
  const closing = { until: now() + 3_600_000, errcode: 45009, at: now() - 60_000 }
  await gate.close(closing)
  const look = { nextAt: 0, waitMs: 115_000, falseTimes: 0, openedAt: now(), openedRemain: 100_000 }
  await gate.reopen({ closedUntil: closing.until, closedAt: closing.at }, look)
  const [app] = stageApps.officials
  const ops = { log: logOf(app, log), metrics: metricsOf(app, metrics) }
  return readGate({ gate, now, random, minute: { minute: 0, accepted: 0 }, ...ops }, 20)
}

it('a trial of the quota › lets five of a batch go, and holds the others for a minute', async () => {
  const gate = await openTrial()
  const bars = Array.from({ length: 7 }, () => gate.holdReason({ urgent: false }))
  expect(bars).toEqual([...Array(5).fill(undefined), tried, tried])
})

// Their repeat is told from a second message only within ten minutes.
it('a trial of the quota › holds none that may have been sent before', async () => {
  const gate = await openTrial()
  for (let time = 0; time < 5; time++) gate.holdReason({ urgent: false })
  expect([gate.holdReason({ urgent: false }), gate.holdReason({ urgent: false }, true)]).toEqual([tried, undefined])
})

it('a trial of the quota › lets those go as a part of the five', async () => {
  const gate = await openTrial()
  for (let time = 0; time < 5; time++) gate.holdReason({ urgent: false }, true)
  expect(gate.holdReason({ urgent: false })).toEqual(tried)
})
