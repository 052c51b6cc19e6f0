/** What the function answers, as far as this command reads it. */

import * as v from 'valibot'

const finding = v.object({
  name: v.string(),
  /** Whose finding it is, where the stage has more than one of its kind. */
  app: v.exactOptional(v.string()),
  status: v.picklist(['ok', 'warning', 'wrong', 'not-checked']),
  words: v.string(),
  hint: v.exactOptional(v.string()),
})

export const report = v.object({
  stage: v.string(),
  at: v.number(),
  isWell: v.boolean(),
  calls: v.number(),
  checks: v.array(finding),
})

export type Report = v.InferOutput<typeof report>
export type Finding = v.InferOutput<typeof finding>
