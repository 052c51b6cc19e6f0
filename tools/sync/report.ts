/** What the function answers, as far as this command reads it. */

import * as v from 'valibot'

const call = v.object({ needed: v.number(), remain: v.optional(v.number()), limit: v.optional(v.number()) })

const plan = v.object({
  followers: v.number(),
  userGet: call,
  batchget: call,
  fitsToday: v.boolean(),
  days: v.optional(v.number()),
})

const report = v.object({
  state: v.picklist(['complete', 'under-way', 'waiting', 'refused', 'busy', 'idle']),
  pages: v.number(),
  followers: v.number(),
  total: v.number(),
  came: v.number(),
  left: v.optional(v.number()),
  beganAt: v.optional(v.number()),
  pausedUntil: v.optional(v.number()),
  plan: v.optional(plan),
})

export type Plan = v.InferOutput<typeof plan>
export type CallPlan = v.InferOutput<typeof call>
export type Report = v.InferOutput<typeof report>

/** Reads an answer of the function; throws on what is none, as from a stage with another version. */
export function parseReport(payload: string): Report {
  const answer = v.safeParse(v.pipe(v.string(), v.parseJson(), report), payload)
  if (answer.success) return answer.output
  throw new FunctionError(
    'it answers in another way than this version does: deploy the stage anew, or check its version out',
  )
}

/** The function was reached, and failed. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
}

const failure = v.object({ errorMessage: v.string() })
const maxLength = 300

/** Reads what Lambda answers for a function that failed; its stack trace is left out. */
export function parseFailure(payload: string): FunctionError {
  const answer = v.safeParse(v.pipe(v.string(), v.parseJson(), failure), payload)
  return new FunctionError(
    answer.success ? answer.output.errorMessage.slice(0, maxLength).trim() : 'it does not say why',
  )
}
