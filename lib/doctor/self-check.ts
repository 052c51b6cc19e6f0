/** The stage's look at itself: those of the doctor's checks that cost next to nothing, and the canary. */

import type { Apps } from '../apps.ts'
import { SelfCheckFailed } from '../errors.ts'
import type { Metrics } from '../ports.ts'
import { type SecretName, secretNamesOf } from '../secret-names.ts'
import { type CanaryDeps, flyCanary } from '../send/canary.ts'
import type { DoctorDeps } from './deps.ts'
import { type CheckName, examine, labelOf } from './doctor.ts'
import { type Facts, gatherFacts } from './facts.ts'
import { Unchecked } from './finding.ts'

export type SelfCheckDeps = {
  /** Opens what the doctor looks at, anew for each run. */
  readonly openDoctor: () => DoctorDeps
  readonly canary?: CanaryDeps
  readonly metrics: Metrics
}

/** All but the key that signs sessions: of what is wrong with that, logins tell. */
export function readableIn(apps: Apps): readonly SecretName[] {
  return secretNamesOf(apps).filter(it => it !== 'session-keys')
}

/** Of WeChat's quotas these take a call of the token API for each app, and no other. */
const cheap = [
  'secrets',
  'official-credentials',
  'mini-credentials',
  'allow-list',
  'callback',
  'queues',
  'certificate',
  'images',
  'clock',
] as const satisfies readonly CheckName[]

/** Answers the names of what was looked at; throws SelfCheckFailed with the names of what is wrong. */
export async function checkSelf({ openDoctor, canary, metrics }: SelfCheckDeps): Promise<{ well: readonly string[] }> {
  const doctor = openDoctor()
  const { checks } = await examine(doctor, { names: cheap, facts: thrifty(doctor) })
  const trouble = canary === undefined ? undefined : await flyCanary(canary)
  const wrong = [
    ...checks.filter(it => it.status === 'wrong').map(labelOf),
    ...(trouble === undefined ? [] : [`canary (${trouble})`]),
  ]
  if (wrong.length > 0) throw new SelfCheckFailed(wrong)
  metrics.count('SelfCheckPassed')
  return { well: [...checks.map(labelOf), ...(canary === undefined ? [] : ['canary'])] }
}

/** Who asks four times an hour spares the 500 calls a day that a new account has of user/get: the token calls tell of 40164 too. */
function thrifty(doctor: DoctorDeps): Facts {
  const firstPage = () => Promise.reject(new Unchecked('it costs a call of user/get'))
  const { officials, minis } = gatherFacts(doctor)
  return { officials: officials.map(it => ({ ...it, firstPage })), minis }
}
