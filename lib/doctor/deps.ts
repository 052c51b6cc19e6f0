/** What the doctor needs of the world. */

import type { App, AppName, MiniProgram, OfficialAccount } from '../apps.ts'
import type { Log, Now, Secrets, WeChat } from '../ports.ts'
import type { SecretName } from '../secret-names.ts'
import type { GateStore } from '../send/ports.ts'
import type { TemplateList } from '../send/template-list.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'

export type DoctorDeps = {
  readonly stage: string
  readonly region: string
  /** Those of the stage, the default one first. */
  readonly officials: readonly DoctorAccount[]
  readonly minis: readonly DoctorMini[]
  /** The Official Accounts are test accounts (测试号). */
  readonly isTestAccount?: boolean
  readonly secrets: Secrets
  /** Those that this run may read. */
  readonly readable: readonly SecretName[]
  /** This stage's lists by Official Account; throws ConfigError where one has a mistake. */
  readonly templates: () => ReadonlyMap<AppName, TemplateList>
  readonly api: OwnApi
  /** Where pictures are uploaded to, and where they and static files are read. */
  readonly sites: { readonly upload: Site; readonly files: Site }
  readonly queues: QueueSizes
  /** Only on AWS. */
  readonly account?: AccountLimits
  /** The queues of the stage that functions consume. */
  readonly queueNames: {
    readonly events: string
    readonly followers: string
    readonly receipts: string
    readonly images: string
    /** Where pictures are checked. */
    readonly imageChecks?: string
  }
  /** What this run has seen of WeChat's clock. */
  readonly sightings: () => readonly Sighting[]
  /** How many calls to WeChat this run has made. */
  readonly calls: () => number
  readonly now: Now
  readonly sleep: (ms: number) => Promise<void>
  readonly log: Log
}

export type DoctorApp<A extends App = App> = {
  readonly app: A
  readonly wechat: Pick<WeChat, 'fetchAccessToken'>
  readonly accessTokens: AccessTokenSource
  /** Whether asking for a token ends nobody else's: so with stable_token, not with cgi-bin/token. */
  readonly isAskingHarmless: boolean
}

export type DoctorMini = DoctorApp<MiniProgram>
export type DoctorAccount = DoctorApp<OfficialAccount> & {
  readonly wechat: Pick<WeChat, 'followerPage' | 'followerInfo' | 'quota' | 'accountTemplates'>
  /** Whether its messages may leave. */
  readonly gate: Pick<GateStore, 'read'>
}

/** One answer of WeChat: its clock in seconds, and ours (ms) before and after. */
export type Sighting = { readonly at: number; readonly before: number; readonly after: number }

/** Our own HTTP API as others reach it. */
export type OwnApi = {
  /** Where it is, for people to paste. */
  readonly address: string
  /** Throws an Error whose `code` says why nobody answered. */
  get(path: string, query: Readonly<Record<string, string>>): Promise<{ status: number; text: string }>
  /** Undefined where the API is served without TLS. */
  certificate(): Promise<Certificate | undefined>
}

/** `problem` says why a client would refuse it. */
export type Certificate = { readonly host: string; readonly validUntil: number; readonly problem?: string }

export type Site = {
  readonly origin: string
  /** The status of the answer for a file that is not there. Throws an Error whose `code` says why nobody answered. */
  ask(): Promise<number>
}

export type AccountLimits = {
  /** How many functions may run at once, beside those that others have reserved; undefined where it is not told. */
  concurrency(): Promise<number | undefined>
}

export type QueueSizes = {
  /** About how many messages there are; throws where there is no such queue. */
  size(name: string): Promise<QueueSize>
}

/** `ready` may be taken now, `later` once its delay is over, `inWork` was taken and is not done, or comes again soon. */
export type QueueSize = { readonly ready: number; readonly later: number; readonly inWork: number }
