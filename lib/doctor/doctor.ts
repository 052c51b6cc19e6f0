/**
 * Checks a stage, and says what is wrong and how to fix it. The checks are independent: none hides another.
 *
 * A run costs eight calls to WeChat: two of the token APIs, `user/get`, `batchget`, `get_all_private_template` and
 * three of `openapi/quota/get`; one more of the token API on a stage that has no token yet.
 */

import { checkAllowList } from './check-allow-list.ts'
import { checkBinding } from './check-binding.ts'
import { checkCallback } from './check-callback.ts'
import { checkCertificate } from './check-certificate.ts'
import { checkCertification } from './check-certification.ts'
import { checkClock } from './check-clock.ts'
import { checkConcurrency } from './check-concurrency.ts'
import { checkCredentials } from './check-credentials.ts'
import { checkImageHosts } from './check-image-hosts.ts'
import { checkMiniLink } from './check-mini-link.ts'
import { checkQueues } from './check-queues.ts'
import { checkQuotas } from './check-quotas.ts'
import { checkSecrets } from './check-secrets.ts'
import { checkTemplates } from './check-templates.ts'
import type { DoctorDeps } from './deps.ts'
import { explain } from './explain.ts'
import { type Facts, gatherFacts } from './facts.ts'
import { type Finding, wrong } from './finding.ts'
import { onTestAccount } from './test-account.ts'

type Check = (deps: DoctorDeps, facts: Facts) => Promise<Finding>

/** In the order in which problems should be fixed. */
const checks = {
  secrets: checkSecrets,
  'official-credentials': (deps, facts) => checkCredentials('official', deps, facts),
  'mini-credentials': (deps, facts) => checkCredentials('mini', deps, facts),
  'allow-list': (_, facts) => checkAllowList(facts),
  certification: (_, facts) => checkCertification(facts),
  'open-platform': checkBinding,
  templates: checkTemplates,
  'mini-program-link': checkMiniLink,
  callback: checkCallback,
  quotas: checkQuotas,
  queues: checkQueues,
  concurrency: checkConcurrency,
  certificate: checkCertificate,
  images: checkImageHosts,
  clock: checkClock,
} satisfies Record<string, Check>

export type CheckName = keyof typeof checks

export type DoctorReport = {
  readonly stage: string
  /** When (ms) the report was made, by our clock. */
  readonly at: number
  /** True if no check is `wrong`; unchecked items do not count. */
  readonly isWell: boolean
  /** How many calls to WeChat the run made. */
  readonly calls: number
  readonly checks: readonly (Finding & { readonly name: CheckName })[]
}

/** Longer than three hanging calls to WeChat in sequence; the function has 60 s. */
const limitMs = 40_000

/** Runs all checks, or those with these names, in parallel. */
export async function examine(
  deps: DoctorDeps,
  names: readonly CheckName[] = checkNames(),
  facts: Facts = gatherFacts(deps),
): Promise<DoctorReport> {
  const findings = await Promise.all(
    names.map(async name => ({ name, ...(await runCheck(checks[name], deps, facts)) })),
  )
  const isWell = findings.every(it => it.status !== 'wrong')
  const bad = findings.flatMap(({ name, status }) => (status === 'wrong' || status === 'warning' ? [name] : []))
  deps.log.info('doctor.examined', { isWell, bad })
  return { stage: deps.stage, at: deps.now(), isWell, calls: deps.calls(), checks: findings }
}

function checkNames(): CheckName[] {
  return Object.keys(checks).filter((it): it is CheckName => Object.hasOwn(checks, it))
}

async function runCheck(check: Check, deps: DoctorDeps, facts: Facts): Promise<Finding> {
  const late = deps
    .sleep(limitMs)
    .then(() =>
      wrong(`this check did not end within ${limitMs / 1000} s`, 'run it again; then read the function’s log'),
    )
  const made = check(deps, facts).catch(error => {
    deps.log.info('doctor.failed', { error })
    return explain(error)
  })
  const finding = await Promise.race([made, late])
  return deps.isTestAccount ? onTestAccount(finding) : finding
}
