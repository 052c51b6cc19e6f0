/** The quota, the gate and what waits, in words. */

import type { Report, Status } from '../../local/stage/quota-report.ts'
import { counted, inChina, inThousands, inUnits } from '../command/words.ts'

type Words = {
  /** Milliseconds. */
  readonly now: number
  /** The command that opens the gate. */
  readonly reopen: string
}

/** Writes what is so, a line each. */
export function renderStatus(status: Status, words: Words): string[] {
  const { pace, parked } = status
  return [
    describeQuota(status),
    ...describeGate(status, words),
    ...(pace === undefined ? [] : [describePace(pace, words.now)]),
    parked.urgent + parked.usual === 0
      ? '  parked     no event waits for quota · 没有等待的事件'
      : `  parked     ${counted(parked.urgent + parked.usual, 'event')} wait for quota, ${inThousands(parked.urgent)} of them urgent · 等待额度`,
  ]
}

/** Writes what came of an order to open the gate. */
export function renderReopening({ isReopened, moved, status }: Report): string {
  if (isReopened) {
    return `✓ opened · 已开放: ${counted(moved, 'event')} moved back; the others follow in a minute, if WeChat takes those`
  }
  if (status.closedUntil === undefined) return '· nothing to open: the gate is open · 无需开放'
  return '✗ not opened · 未开放: WeChat refused a message in this moment; try again'
}

function describeQuota({ quota, quotaUnknown, reserve }: Status): string {
  if (quota === undefined) return `! today      unknown · 未知: ${quotaUnknown ?? 'WeChat does not tell'}`
  const { used, limit, remain, perMinute } = quota
  const kept = reserve === 0 ? '' : `; ${inThousands(reserve)} are kept for urgent ones`
  const rate = perMinute === undefined ? '' : `; ${inThousands(perMinute)} a minute`
  return `  today      ${inThousands(used)} of ${inThousands(limit)} used, ${inThousands(remain)} left${kept}${rate} · 今日额度`
}

function describeGate(status: Status, { now, reopen }: Words): string[] {
  const { closedUntil, errcode, looksAt = now, reservedUntil } = status
  if (closedUntil !== undefined) {
    const look = looksAt <= now ? 'within a minute' : `in ${inUnits(looksAt - now)}`
    return [
      `✗ gate       closed until ${inChina(closedUntil)}, in ${inUnits(closedUntil - now)}, after WeChat’s ${errcode} · 已关闭`,
      `               it opens by itself once WeChat tells of quota; the next look is ${look}. To open it now: ${reopen}`,
    ]
  }
  if (reservedUntil === undefined) return ['✓ gate       open · 已开放']
  return [`! gate       open for urgent messages alone until ${inChina(reservedUntil)} · 仅限紧急消息`]
}

function describePace({ perMinute, nextAt }: NonNullable<Status['pace']>, now: number): string {
  const wait = nextAt <= now ? 'now' : `in ${inUnits(nextAt - now)}`
  return `  pace       ${inThousands(Math.floor(perMinute))} messages a minute, for WeChat took no more (45011); the next free slot is ${wait} · 限速`
}
