/** Manual quota commands, through the function resume-events: show the quota, or open the gate. */

import * as v from 'valibot'
import { adviceFor } from '../advice.ts'
import { requireNamed } from '../apps.ts'
import type { TransportError, WeChatError } from '../errors.ts'
import type { Quota } from '../ports.ts'
import type { Limits } from './move-back.ts'
import type { Priority } from './ports.ts'
import { lookAt } from './quota-look.ts'
import { openGateEarly, type ResumeDeps, resumeEvents, tryQuota } from './resume-events.ts'
import { isPaced } from './send-pace.ts'

const order = v.object({
  action: v.optional(v.picklist(['tick', 'status', 'reopen']), 'tick'),
  /** The name of an Official Account. */
  app: v.optional(v.pipe(v.string(), v.maxLength(32))),
})

export type QuotaOrder = v.InferOutput<typeof order>

/** The gate and what waits behind it; all instants in milliseconds. */
type QuotaStatus = {
  readonly quota?: Quota
  /** Why WeChat did not tell it, and what to do. */
  readonly quotaUnknown?: string
  readonly closedUntil?: number
  readonly errcode?: number
  /** When it is looked next whether there is quota again. */
  readonly looksAt?: number
  readonly reservedUntil?: number
  readonly reserve: number
  readonly pace?: { readonly perMinute: number; readonly nextAt: number }
  readonly parked: Readonly<Record<Priority, number>>
}

export type QuotaReport = { readonly moved: number; readonly isReopened?: boolean; readonly status?: QuotaStatus }

/** Reads what an invocation asks for; a schedule's own fields are passed over. Throws on what is no order. */
export function parseQuotaOrder(input: unknown): QuotaOrder {
  return v.parse(order, input ?? {})
}

/**
 * Carries out an order; moves nothing after `until` (ms). A tick is for all accounts, side by side, anything else for one, the
 * default one if none is named. Throws ConfigError for a name that none has.
 */
export async function carryOut(
  { action, app }: QuotaOrder,
  accounts: readonly ResumeDeps[],
  limits: Limits,
): Promise<QuotaReport> {
  if (action === 'tick') return resumeAll(accounts, limits)
  const deps = requireNamed(accounts, app)
  const asked = await tryQuota(deps)
  if (action === 'status') return { moved: 0, status: await statusOf(asked, deps) }
  const quota = asked instanceof Error ? undefined : asked
  const gate = await deps.gate.read()
  const isClosed = deps.now() < (gate.closedUntil ?? 0)
  const opened = isClosed ? await openGateEarly(gate, quota, deps, limits) : undefined
  return { moved: opened?.moved ?? 0, isReopened: opened !== undefined, status: await statusOf(asked, deps) }
}

/** One account's failure keeps no other's events waiting, and is thrown at the end. */
async function resumeAll(accounts: readonly ResumeDeps[], limits: Limits): Promise<QuotaReport> {
  const outcomes = await Promise.allSettled(accounts.map(it => resumeEvents(it, limits)))
  const failures = outcomes.flatMap(it => (it.status === 'rejected' ? [it.reason] : []))
  if (failures.length > 0) throw new AggregateError(failures, 'events of an account could not be resumed')
  return { moved: outcomes.reduce((sum, it) => sum + (it.status === 'fulfilled' ? it.value.moved : 0), 0) }
}

type Asked = Quota | WeChatError | TransportError

async function statusOf(asked: Asked, deps: ResumeDeps): Promise<QuotaStatus> {
  const [gate, parked] = await Promise.all([deps.gate.read(), deps.parked.count()])
  const { closedUntil = 0, errcode, closedAt = 0, reservedUntil = 0, look, pace } = gate
  const now = deps.now()
  const closed = { closedUntil, ...(errcode === undefined ? {} : { errcode }), looksAt: lookAt(closedAt, look).nextAt }
  return {
    ...(asked instanceof Error ? { quotaUnknown: `${asked.message}; ${adviceFor(asked.class)}` } : { quota: asked }),
    ...(now < closedUntil ? closed : {}),
    ...(now < reservedUntil ? { reservedUntil } : {}),
    reserve: deps.reserve,
    ...(isPaced(pace, now) ? { pace: { perMinute: pace.perMinute, nextAt: pace.nextAt } } : {}),
    parked,
  }
}
