/** What the function is asked, and what it answers as far as this command reads it. */

import * as v from 'valibot'

import type { SyncOrder } from '../../lib/sync/order.ts'
import type { StageFunction } from './function.ts'

const call = v.object({ needed: v.number(), remain: v.optional(v.number()), limit: v.optional(v.number()) })

const plan = v.object({
  followers: v.number(),
  userGet: call,
  batchget: call,
  fitsToday: v.boolean(),
  days: v.optional(v.number()),
})

export const report = v.object({
  state: v.picklist(['complete', 'under-way', 'waiting', 'refused', 'busy', 'idle']),
  pages: v.number(),
  followers: v.number(),
  total: v.number(),
  added: v.number(),
  removed: v.optional(v.number()),
  toLink: v.optional(v.number(), 0),
  beganAt: v.optional(v.number()),
  pausedUntil: v.optional(v.number()),
  plan: v.optional(plan),
})

export type Plan = v.InferOutput<typeof plan>
export type CallPlan = v.InferOutput<typeof call>
export type Report = v.InferOutput<typeof report>
export type SyncFunction = StageFunction<Partial<SyncOrder>, Report>
