/** The stores in memory: they pass the same contract suites as the real ones. */

import type { LoginStore } from '../../lib/login/ports.ts'
import type { Now } from '../../lib/ports.ts'
import { type Delivery, type DoneMark, isSent } from '../../lib/send/delivery.ts'
import type { Attempt, AttemptStore, DeliveryStore, Gate, GateStore } from '../../lib/send/ports.ts'
import type { StoredToken, TokenStore } from '../../lib/tokens/ports.ts'

export function memoryTokens(): TokenStore {
  const rows = new Map<string, { token?: StoredToken; lease?: { owner: string; until: number } }>()
  const rowOf = (appid: string) => {
    const row = rows.get(appid) ?? {}
    rows.set(appid, row)
    return row
  }
  return {
    read: async appid => rows.get(appid)?.token,
    async takeLease(appid, { owner, now, until }) {
      const row = rowOf(appid)
      if (row.lease !== undefined && row.lease.until > now && row.lease.owner !== owner) return false
      row.lease = { owner, until }
      return true
    },
    async write(appid, token, owner) {
      const row = rowOf(appid)
      if (row.lease?.owner !== owner || token.generation <= (row.token?.generation ?? 0)) return false
      rows.set(appid, { token })
      return true
    },
    async freeLease(appid, owner) {
      const row = rowOf(appid)
      if (row.lease?.owner === owner) delete row.lease
    },
  }
}

export function memoryLogins(): LoginStore {
  const rows = new Map<string, { owner: string; until: number; expiresAt: number; result?: string }>()
  return {
    async claim(codeHash, { owner, now, until, expiresAt }) {
      const row = rows.get(codeHash)
      const isOver = row !== undefined && (row.until <= now || row.owner === owner)
      const isFree = row === undefined || row.expiresAt <= now || (row.result === undefined && isOver)
      if (!isFree) return row.result === undefined ? { kind: 'theirs' } : { kind: 'theirs', result: row.result }
      rows.set(codeHash, { owner, until, expiresAt })
      return { kind: 'mine' }
    },
    async finish(codeHash, owner, result) {
      const row = rows.get(codeHash)
      if (row?.owner === owner) row.result = result
    },
    async release(codeHash, owner) {
      const row = rows.get(codeHash)
      if (row?.owner === owner && row.result === undefined) rows.delete(codeHash)
    },
  }
}

export function memoryDeliveries(now: Now): DeliveryStore & { all(): Delivery[] } {
  const rows = new Map<string, { mark: DoneMark; copy: string | undefined; until: number }>()
  const receipts = new Map<string, Pick<Delivery, 'state' | 'reason' | 'at'>>()
  const fresh = (id: string) => {
    const row = rows.get(id)
    return row !== undefined && row.until > now() ? row.mark : undefined
  }
  const put = (id: string, mark: DoneMark, copy?: string) =>
    void rows.set(id, { mark, copy, until: now() + 15 * 86_400_000 })
  const isOfAnother = (id: string, copy: string) => ![undefined, copy].includes(rows.get(id)?.copy)
  /** Tells whether there is something that one which was surely not sent must not end. */
  const isToStay = (id: string, copy: string) => {
    const before = fresh(id)
    const isWaiting = before?.delivery?.state === 'parked' || before?.delivery?.state === 'waiting'
    return before?.uncertainty !== undefined || (isWaiting && isOfAnother(id, copy))
  }
  const all = () => [...rows.values()].flatMap(it => it.mark.delivery ?? [])
  return {
    all,
    async read(ids) {
      const found = new Map<string, DoneMark>()
      for (const id of ids) {
        const mark = fresh(id)
        if (mark !== undefined) found.set(id, mark)
      }
      return found
    },
    async accept(deliveries) {
      for (const it of deliveries) put(it.id, { delivery: it })
      return new Set()
    },
    async record(delivery, copy) {
      const before = fresh(delivery.id)
      const saysUnsent = delivery.state === 'dropped' || delivery.state === 'rejected'
      if (isSent(before?.delivery) || (saysUnsent && isToStay(delivery.id, copy))) return false
      const isKept = delivery.state === 'parked' && before?.uncertainty !== undefined
      put(delivery.id, { delivery, ...(isKept ? { uncertainty: before.uncertainty } : {}) }, copy)
      return true
    },
    async recordWaiting(delivery, { copy, pushedAt }) {
      const before = fresh(delivery.id)
      const { state, at = '' } = before?.delivery ?? {}
      if (isSent(before?.delivery)) return false
      const isEnded = state === 'dropped' || state === 'rejected'
      if (isEnded && at >= pushedAt && !isOfAnother(delivery.id, copy)) return false
      const known = before?.uncertainty === undefined ? {} : { uncertainty: before.uncertainty }
      put(delivery.id, { delivery, ...known }, copy)
      return true
    },
    async recordUncertainty(id, uncertainty) {
      if (isSent(fresh(id)?.delivery)) return false
      put(id, { uncertainty })
      return true
    },
    async find(id) {
      const delivery = fresh(id)?.delivery
      if (delivery === undefined) return undefined
      const receipt = delivery.state === 'accepted' ? receipts.get(delivery.msgid ?? '') : undefined
      return { ...delivery, ...receipt }
    },
    async keepReceipt(msgid, receipt) {
      if (!receipts.has(msgid)) receipts.set(msgid, receipt)
    },
    eventOf: async msgid => all().find(it => it.msgid === msgid)?.id,
  }
}

export function memoryAttempts(): AttemptStore {
  const rows = new Map<string, Attempt>()
  return {
    async write(attempt) {
      const key = `${attempt.at}#${attempt.id}`
      if (attempt.names.length === 0) rows.delete(key)
      else rows.set(key, attempt)
    },
    open: async () => [...rows].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, attempt]) => attempt),
  }
}

export function memoryGate(): GateStore {
  let gate: Gate = {}
  return {
    read: async () => gate,
    async close({ until, errcode, at }) {
      if (until >= (gate.closedUntil ?? 0)) gate = { ...gate, closedUntil: until, errcode }
      if (at > (gate.closedAt ?? 0)) gate = { ...gate, closedAt: at }
    },
    async reopen({ closedUntil, closedAt }, look) {
      if (gate.closedUntil !== closedUntil || gate.closedAt !== closedAt) return false
      const { closedUntil: _, closedAt: __, errcode: ___, ...rest } = gate
      gate = { ...rest, look }
      return true
    },
    async reserve(until) {
      if (until > (gate.reservedUntil ?? 0)) gate = { ...gate, reservedUntil: until }
    },
    async unreserve(until) {
      const { reservedUntil, ...rest } = gate
      if (reservedUntil === until) gate = rest
    },
    async noteLook({ closedAt }, look) {
      if (gate.closedAt === closedAt) gate = { ...gate, look }
    },
    async setPace(pace) {
      if ((gate.pace?.revision ?? 0) !== pace.revision - 1) return false
      gate = { ...gate, pace }
      return true
    },
  }
}
