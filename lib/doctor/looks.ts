/** What a check looks at: the stage as a whole, or each of its apps. */

import type { App } from '../apps.ts'
import type { DoctorDeps, DoctorServer } from './deps.ts'
import type { AccountFacts, Facts, MiniFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/** One run of a check, for one app if it names one; `beside` is another one that it is about as well. */
export type Look = { readonly app?: App; readonly beside?: App; readonly make: () => Promise<Finding> }
/** What a run of the doctor examines; `only` is the one app that was asked for. */
export type Stage = { readonly deps: DoctorDeps; readonly facts: Facts; readonly only: App | undefined }
/** Lists the runs of a check. */
export type Check = (stage: Stage) => readonly Look[]

type Make<F> = (facts: F, deps: DoctorDeps) => Promise<Finding>

/** Looks once, at the stage as a whole. */
export function ofStage(make: (deps: DoctorDeps, facts: Facts) => Promise<Finding>): Check {
  return ({ deps, facts }) => [{ make: () => make(deps, facts) }]
}

/** Looks at each Official Account. */
export function ofOfficials(make: Make<AccountFacts>): Check {
  return ({ deps, facts }) => facts.officials.map(it => ({ app: it.app, make: () => make(it, deps) }))
}

/** Looks at each mini program. */
export function ofMinis(make: Make<MiniFacts>): Check {
  return ({ deps, facts }) => facts.minis.map(it => ({ app: it.app, make: () => make(it, deps) }))
}

/** Looks at each app. */
export function ofApps(make: Make<AccountFacts | MiniFacts>): Check {
  const [official, mini] = [ofOfficials(make), ofMinis(make)]
  return stage => [...official(stage), ...mini(stage)]
}

/** Looks at each server behind us. */
export function ofServers(make: (server: DoctorServer, app: App) => Promise<Finding>): Check {
  return ({ deps: { servers = [] } }) => servers.map(it => ({ app: it.app, make: () => make(it, it.app) }))
}

/** Looks at each mini program with the account that its users follow, and at each account that no mini program's users follow. */
export function ofBindings(make: Make<AccountFacts>): Check {
  return ({ deps, facts: { officials, minis } }) => {
    return officials.flatMap(account => {
      const programs = minis.filter(it => it.app.follows.name === account.app.name)
      const about = programs.length === 0 ? [account.app] : programs.map(it => it.app)
      return about.map(app => ({ app, beside: account.app, make: () => make(account, deps) }))
    })
  }
}
