/** Validates a form as S3 does: signature, the policy's expiry, each condition, and no fields without a condition. */

import * as v from 'valibot'
import { S3Failure } from './failure.ts'
import { type Claim, checkSignature, type Keeper, needed } from './signature.ts'

/** What a valid form allows; sizes in bytes. */
export type Allowance = { key: string; contentType: string; least: number; most: number }

const mostEver = 5 * 1024 ** 3

const policySchema = v.object({ expiration: v.pipe(v.string(), v.isoTimestamp()), conditions: v.array(v.unknown()) })
const rangeSchema = v.tuple([v.literal('content-length-range'), v.number(), v.number()])
const matchSchema = v.tuple([v.picklist(['eq', 'starts-with']), v.pipe(v.string(), v.startsWith('$')), v.string()])
const exactSchema = v.pipe(
  v.record(v.string(), v.string()),
  v.check(it => Object.keys(it).length === 1),
)

/** Fields that need no condition. */
const free = /^(policy|x-amz-signature|file|bucket|x-ignore-.*)$/

/** Validates the fields (names in lower case) of a form posted to a bucket; throws S3Failure. */
export function judgeForm(bucket: string, fields: Claim, keeper: Keeper & { now: number }): Allowance {
  checkSignature(needed(fields, 'policy'), fields, keeper)
  return judgePolicy(bucket, fields, keeper.now)
}

/** Validates the fields by the policy among them, whoever signed it; throws S3Failure. */
export function judgePolicy(bucket: string, fields: Claim, now: number): Allowance {
  const { expiration, conditions } = readPolicy(needed(fields, 'policy'))
  if (Date.parse(expiration) <= now) throw refused('Policy expired.')

  const values = new Map([...fields, ['bucket', bucket]])
  const range = { least: 0, most: mostEver }
  const covered = new Set<string>()
  for (const condition of conditions) {
    if (Array.isArray(condition) && v.is(rangeSchema, condition)) narrow(range, condition)
    else covered.add(judgeCondition(condition, values))
  }
  const extra = [...fields.keys()].filter(it => !covered.has(it) && !free.test(it))
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`)
  return { key: needed(fields, 'key'), contentType: fields.get('content-type') ?? 'binary/octet-stream', ...range }
}

function readPolicy(policy: string) {
  try {
    return v.parse(policySchema, JSON.parse(Buffer.from(policy, 'base64').toString()))
  } catch (cause) {
    if (cause instanceof v.ValiError || cause instanceof SyntaxError) throw unreadable()
    throw cause
  }
}

function narrow(range: { least: number; most: number }, [, least, most]: v.InferOutput<typeof rangeSchema>): void {
  range.least = Math.max(range.least, least)
  range.most = Math.min(range.most, most)
}

/** Returns the field that the condition is about; throws if it does not hold. */
function judgeCondition(condition: unknown, values: Claim): string {
  const [how, name, wanted] = readCondition(condition)
  const value = values.get(name) ?? ''
  const holds = how === 'eq' ? value === wanted : value.startsWith(wanted)
  if (!holds) throw refused(`Policy Condition failed: ${JSON.stringify([how, `$${name}`, wanted])}`)
  return name
}

function readCondition(condition: unknown): ['eq' | 'starts-with', string, string] {
  if (Array.isArray(condition) && v.is(matchSchema, condition))
    return [condition[0], condition[1].slice(1).toLowerCase(), condition[2]]
  if (!v.is(exactSchema, condition)) throw unreadable()
  const [[name, value] = ['', '']] = Object.entries(condition)
  return ['eq', name.toLowerCase(), value]
}

function refused(why: string): S3Failure {
  return new S3Failure('AccessDenied', `Invalid according to Policy: ${why}`)
}

function unreadable(): S3Failure {
  return new S3Failure('InvalidPolicyDocument', 'The content of the form does not meet the conditions of a policy.')
}
