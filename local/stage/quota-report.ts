/** What the function answers, as far as this command reads it. */

import * as v from 'valibot'

const count = v.number()
const at = v.exactOptional(v.number())

const status = v.object({
  quota: v.exactOptional(v.object({ limit: count, used: count, remain: count, perMinute: at })),
  quotaUnknown: v.exactOptional(v.string()),
  ...{ closedUntil: at, errcode: at, looksAt: at, reservedUntil: at },
  reserve: count,
  pace: v.exactOptional(v.object({ perMinute: count, nextAt: count })),
  parked: v.object({ urgent: count, usual: count }),
})

export const report = v.object({ moved: count, isReopened: v.exactOptional(v.boolean()), status })

export type Report = v.InferOutput<typeof report>
export type Status = Report['status']
