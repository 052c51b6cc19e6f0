/**
 * Checks a stage, and says what is wrong and how to fix it. The checks are independent: none hides another, and none of one
 * app another app's.
 *
 * A run costs seven calls to WeChat per Official Account, and one per mini program: one of the token API for each, and for an
 * Official Account one each of `user/get`, `batchget` and `get_all_private_template` and three of `openapi/quota/get`; one more
 * of the token API for an Official Account that has no token yet.
 */

import * as v from 'valibot'

import type { App, AppName } from '../apps.ts'
import { ConfigError } from '../errors.ts'
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
import { checkServer } from './check-servers.ts'
import { checkTemplates } from './check-templates.ts'
import { isLocal } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import { explain } from './explain.ts'
import { type Facts, gatherFacts } from './facts.ts'
import { type Finding, joined, wrong } from './finding.ts'
import { inBox } from './in-box.ts'
import {
  type Check,
  type Look,
  ofApps,
  ofBindings,
  ofMinis,
  ofOfficials,
  ofServers,
  ofStage,
  type Stage,
} from './looks.ts'
import { onTestAccount } from './test-account.ts'

/** In the order in which problems should be fixed. */
const checks = {
  secrets: ({ deps, only }) => [{ ...(only && { app: only }), make: () => checkSecrets(deps, only) }],
  'official-credentials': ofOfficials(checkCredentials),
  'mini-credentials': ofMinis(checkCredentials),
  'allow-list': ofApps(checkAllowList),
  certification: ofOfficials(checkCertification),
  'open-platform': ofBindings(checkBinding),
  templates: ofOfficials(checkTemplates),
  'mini-program-link': ofMinis(checkMiniLink),
  callback: ofApps(checkCallback),
  servers: ofServers(checkServer),
  quotas: ofOfficials(checkQuotas),
  queues: ofStage(checkQueues),
  concurrency: ofStage(checkConcurrency),
  certificate: ofStage(checkCertificate),
  images: ofStage(checkImageHosts),
  clock: ofStage(checkClock),
} satisfies Record<string, Check>

export type CheckName = keyof typeof checks

/** Of a domain and of an account of AWS, which the local run has not. */
const onAwsOnly: ReadonlySet<CheckName> = new Set(['concurrency', 'certificate'])
/** What only a console shows, which the box has not. */
const inConsoleOnly: ReadonlySet<CheckName> = new Set(['mini-program-link'])

/** `app` names the one that it is about, where the stage has more than one pair. */
export type CheckFinding = Finding & { readonly name: CheckName; readonly app?: AppName }

export type DoctorReport = {
  readonly stage: string
  /** When (ms) the report was made, by our clock. */
  readonly at: number
  /** True if no check is `wrong`; unchecked items do not count. */
  readonly isWell: boolean
  /** How many calls to WeChat the run made. */
  readonly calls: number
  readonly checks: readonly CheckFinding[]
}

const order = v.object({ app: v.exactOptional(v.pipe(v.string(), v.maxLength(32))) })

/** What is to be examined; everything if nothing is named. */
type Wanted = v.InferOutput<typeof order> & { readonly names?: readonly CheckName[]; readonly facts?: Facts }

/** Longer than three hanging calls to WeChat in sequence; the function has 60 s. */
const limitMs = 40_000

/** Parses the input of an invocation; throws if it is invalid. */
export function parseDoctorOrder(input: unknown): v.InferOutput<typeof order> {
  return v.parse(order, input ?? {})
}

/** Runs all checks, or those with these names, or of the app with this name, in parallel. Throws ConfigError for an unknown app. */
export async function examine(deps: DoctorDeps, wanted: Wanted = {}): Promise<DoctorReport> {
  const { names = checkNames(deps), facts = gatherFacts(deps), app } = wanted
  const stage = { deps, facts, only: app === undefined ? undefined : appNamed(app, deps) }
  const findings = (await Promise.all(names.map(it => runCheck(it, stage)))).flat()
  const isWell = findings.every(it => it.status !== 'wrong')
  const bad = findings.filter(it => it.status === 'wrong' || it.status === 'warning').map(labelOf)
  deps.log.info('doctor.examined', { isWell, bad })
  return { stage: deps.stage, at: deps.now(), isWell, calls: deps.calls(), checks: findings }
}

/** Names a finding in a line. */
export function labelOf({ name, app }: CheckFinding): string {
  return app === undefined ? name : `${name} of ${app}`
}

function appNamed(name: AppName, { officials, minis }: DoctorDeps): App {
  const apps = [...officials, ...minis].map(it => it.app)
  const found = apps.find(it => it.name === name)
  if (found !== undefined) return found
  throw new ConfigError([`${name} is no app of this stage: ${apps.map(it => it.name).join(', ')}`])
}

function checkNames(deps: DoctorDeps): CheckName[] {
  const known = Object.keys(checks).filter((it): it is CheckName => Object.hasOwn(checks, it))
  return known.filter(it => !(isLocal(deps) && onAwsOnly.has(it)) && !(deps.isBox && inConsoleOnly.has(it)))
}

/** In a stage with one pair a check has one finding, which needs not name its app. */
async function runCheck(name: CheckName, stage: Stage): Promise<readonly CheckFinding[]> {
  const { deps, only } = stage
  const all: readonly Look[] = checks[name](stage)
  const looks = all.filter(it => only === undefined || it.app === only || it.beside === only)
  const findings = await Promise.all(
    looks.map(async look => ({ name, ...nameIn(look), ...(await takeLook(look, deps)) })),
  )
  const isPair = deps.officials.length === 1 && deps.minis.length === 1
  return isPair && findings.length > 0 ? [{ name, ...joined(findings) }] : findings
}

async function takeLook(look: Look, deps: DoctorDeps): Promise<Finding> {
  const late = deps
    .sleep(limitMs)
    .then(() =>
      wrong(`this check did not end within ${limitMs / 1000} s`, 'run it again; then read the function’s log'),
    )
  const made = look.make().catch(error => {
    deps.log.info('doctor.failed', { ...nameIn(look), error })
    return explain(error)
  })
  const finding = await Promise.race([made, late])
  if (deps.isBox) return inBox(finding)
  return deps.isTestAccount ? onTestAccount(finding) : finding
}

function nameIn({ app }: Look): Pick<CheckFinding, 'app'> {
  return app === undefined ? {} : { app: app.name }
}
