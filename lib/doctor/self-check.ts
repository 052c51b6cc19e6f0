/** The stage's check of itself: the doctor's cheapest checks, and the canary. */

import type { Apps } from '../apps.ts'
import { SelfCheckFailed } from '../errors.ts'
import type { Metrics } from '../ports.ts'
import { appSecretNamesOf, type SecretName } from '../secret-names.ts'
import { type CanaryDeps, flyCanary } from '../send/canary.ts'
import type { DoctorDeps } from './deps.ts'
import { type CheckName, examine, labelOf } from './doctor.ts'
import { type Facts, gatherFacts } from './facts.ts'
import { Unchecked } from './finding.ts'

export type SelfCheckDeps = {
  /** Opens the doctor's dependencies, again for each run. */
  readonly openDoctor: () => DoctorDeps
  readonly canary?: CanaryDeps
  readonly metrics: Metrics
}

/** All but the signing key; a wrong one shows at the next login. */
export function readableIn(apps: Apps): readonly SecretName[] {
  return [...appSecretNamesOf(apps), 'session-public-keys']
}

/** Of WeChat's quotas these use only one call of the token API for each app. */
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

/** Returns the names of the passed checks; throws SelfCheckFailed with the names of the failed ones. */
export async function checkSelf({ openDoctor, canary, metrics }: SelfCheckDeps): Promise<{ well: readonly string[] }> {
  const doctor = openDoctor()
  const { checks } = await examine(doctor, { names: cheap, facts: withoutUserGet(doctor) })
  const trouble = canary === undefined ? undefined : await flyCanary(canary)
  const wrong = [
    ...checks.filter(it => it.status === 'wrong').map(labelOf),
    ...(trouble === undefined ? [] : [`canary (${trouble})`]),
  ]
  if (wrong.length > 0) throw new SelfCheckFailed(wrong)
  metrics.count('SelfCheckPassed')
  return { well: [...checks.map(labelOf), ...(canary === undefined ? [] : ['canary'])] }
}

/** Four runs an hour must not use up `user/get` (a new account has 500 a day); token calls show 40164 too. */
function withoutUserGet(doctor: DoctorDeps): Facts {
  const firstPage = () => Promise.reject(new Unchecked('it costs a call of user/get'))
  const { officials, minis } = gatherFacts(doctor)
  return { officials: officials.map(it => ({ ...it, firstPage })), minis }
}
