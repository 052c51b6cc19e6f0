/** The stores in memory: they pass the same contract suites as the real ones. */

import { type Delivery, type DoneMark, isSent } from '../../lib/delivery.ts'
import type { DeliveryStore, Gate, GateStore, LoginStore, Now, StoredToken, TokenStore } from '../../lib/ports.ts'

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
  const rows = new Map<string, { until: number; expiresAt: number; result?: string }>()
  return {
    async claim(codeHash, { now, until, expiresAt }) {
      const row = rows.get(codeHash)
      const isFree = row === undefined || row.expiresAt <= now || (row.result === undefined && row.until <= now)
      if (!isFree) return row.result === undefined ? { kind: 'theirs' } : { kind: 'theirs', result: row.result }
      rows.set(codeHash, { until, expiresAt })
      return { kind: 'mine' }
    },
    async finish(codeHash, result) {
      const row = rows.get(codeHash)
      if (row !== undefined) row.result = result
    },
    async release(codeHash) {
      rows.delete(codeHash)
    },
  }
}

export function memoryDeliveries(now: Now): DeliveryStore & { all(): Delivery[] } {
  const rows = new Map<string, { delivery: DoneMark; until: number }>()
  const receipts = new Map<string, Pick<Delivery, 'state' | 'reason' | 'at'>>()
  const fresh = (id: string) => {
    const row = rows.get(id)
    return row !== undefined && row.until > now() ? row.delivery : undefined
  }
  const put = (delivery: DoneMark) => void rows.set(delivery.id, { delivery, until: now() + 15 * 86_400_000 })
  return {
    all: () => [...rows.values()].map(it => it.delivery),
    async read(ids) {
      const found = new Map<string, DoneMark>()
      for (const id of ids) {
        const delivery = fresh(id)
        if (delivery !== undefined) found.set(id, delivery)
      }
      return found
    },
    async accept(deliveries) {
      for (const it of deliveries) put(it)
      return new Set()
    },
    async record(delivery, parked) {
      const before = fresh(delivery.id)
      if (isSent(before)) return
      const parkings = parked && [...(before?.parkings ?? []), ...parked]
      put(parkings === undefined ? delivery : { ...delivery, parkings })
    },
    async find(id) {
      const mark = fresh(id)
      if (mark === undefined) return undefined
      const { parkings: _, ...delivery } = mark
      const receipt = delivery.state === 'accepted' ? receipts.get(delivery.msgid ?? '') : undefined
      return { ...delivery, ...receipt }
    },
    async keepReceipt(msgid, receipt) {
      if (!receipts.has(msgid)) receipts.set(msgid, receipt)
    },
    eventOf: async msgid => [...rows.values()].find(it => it.delivery.msgid === msgid)?.delivery.id,
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
      if ((gate.pace?.turn ?? 0) !== pace.turn - 1) return false
      gate = { ...gate, pace }
      return true
    },
  }
}
