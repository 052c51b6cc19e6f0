/** The whole handler as rows of the bench, beside the bare sends of the same cell. */

import { percentile, spread } from '../figures.ts'
import type { Row } from '../part.ts'
import type { Cell, Figure, Figures } from './bare.ts'
import type { Batches } from './handler.ts'

/** Batches of one size, a number of them in each round. */
export type HandlerRounds = { readonly size: number; readonly found: readonly Batches[] }
export type Told = Pick<Row, 'otherSide' | 'load'>

/** N keep-alive sockets, as many as the handler uses at once, and the L at which there are goals. */
export const usual: Cell = { width: 50, latencyMs: 100 }

export function handlerRows(cell: Cell, measured: HandlerRounds, figures: Figures, told: Told): Row[] {
  const { width, latencyMs } = cell
  const name = `whole handler, batches of ${measured.size}, N = ${width}, L = ${latencyMs} ms`
  const isUsual = latencyMs === usual.latencyMs
  const rows = [
    shareRow(cell, measured, figures),
    ...(isUsual ? [...callRows(cell, measured, figures), ...invocationRows(cell, measured)] : []),
    ...(isUsual && measured.size === 100 ? [cpuRow(measured, figures)] : []),
  ]
  return rows.map(it => ({ ...it, what: `${name}: ${it.what}`, ...told }))
}

function shareRow({ width, latencyMs }: Cell, { size, found }: HandlerRounds, figures: Figures): Row {
  return {
    ...{ what: 'of N/L', unit: '%', ours: spread(found.map(it => (100 * it.perSecond * latencyMs) / (width * 1000))) },
    beside: { bound: 100, ...besideOf('share', figures) },
    ...(latencyMs === usual.latencyMs ? goalOf(size) : {}),
  }
}

function goalOf(size: number): Pick<Row, 'goal' | 'headline'> {
  return {
    goal: { atLeast: size === 500 ? 96 : 90 },
    headline: {
      en: `whole handler, batches of ${size}, beside bare sends: of N/L`,
      zh: `完整发送函数，每批 ${size} 条，对照各库的裸发送：占 N/L`,
    },
  }
}

/** The calls of WeChat that the handler makes. */
function callRows({ latencyMs }: Cell, { found }: HandlerRounds, figures: Figures): Row[] {
  return ([50, 99] as const).map(percent => ({
    ...{ what: `p${percent} of a call`, unit: 'ms', ours: spread(found.map(it => percentile(it.callMs, percent))) },
    beside: { bound: latencyMs, ...besideOf(`p${percent}`, figures) },
  }))
}

/** Over those of all rounds together, for a round has few; nobody sends N messages in less than L. */
function invocationRows({ width, latencyMs }: Cell, { size, found }: HandlerRounds): Row[] {
  const all = found.flatMap(it => it.invocationMs)
  return [50, 99].map(percent => ({
    ...{ what: `p${percent} of an invocation`, unit: 'ms', ours: percentile(all, percent) },
    beside: { bound: Math.ceil(size / width) * latencyMs },
  }))
}

function cpuRow({ found }: HandlerRounds, figures: Figures): Row {
  const beside = besideOf('cpuUs', figures)
  return {
    ...{ what: 'processor time per message', unit: 'µs', ours: spread(found.map(it => it.cpuUs)), beside },
    goal: cpuGoal(beside),
    headline: {
      en: 'whole handler, beside bare sends: processor time per message',
      zh: '完整发送函数，对照各库的裸发送：每条消息的处理器时间',
    },
  }
}

/** 0.7 times what the bare send of co-wechat-api takes in the same run. */
function cpuGoal(cpu: Row['beside']): NonNullable<Row['goal']> {
  const peer = cpu['co-wechat-api']
  return { atMost: 0.7 * (typeof peer === 'object' ? peer.median : Number.NaN) }
}

/** Ours is among the ways, as the client alone. */
function besideOf(figure: Figure, figures: Figures): Row['beside'] {
  const entries = Object.entries(figures).map(([way, its]) => [
    way === 'ours' ? 'our bare client' : way,
    spread(its[figure]),
  ])
  return Object.fromEntries(entries)
}
