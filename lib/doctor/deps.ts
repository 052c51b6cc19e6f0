/** The outside interfaces of the doctor. */

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
  /** WeChat is the box of the local run, which has no console. */
  readonly isBox?: boolean
  readonly secrets: Secrets
  /** The secrets that this run may read. */
  readonly readable: readonly SecretName[]
  /** This stage's lists by Official Account; throws ConfigError if one is invalid. */
  readonly templates: () => ReadonlyMap<AppName, TemplateList>
  readonly api: OwnApi
  /** The hosts for uploads, and for downloads of pictures and static files. */
  readonly sites: { readonly upload: Site; readonly files: Site }
  readonly queues: QueueSizes
  /** The servers behind us, with the apps whose pushes they take; absent where nobody asks them. */
  readonly servers?: readonly DoctorServer[]
  /** Only on AWS. */
  readonly account?: AccountLimits
  /** The stage's queues that functions consume. */
  readonly queueNames: {
    readonly events: string
    readonly followers: string
    readonly receipts: string
    readonly images: string
    /** Only if image checks are on. */
    readonly imageChecks?: string
    /** Only if pushes are passed on. */
    readonly passOn?: string
  }
  /** The queues in which events wait for quota, two for each Official Account. */
  readonly parkedQueues: readonly string[]
  /** WeChat's clock as seen during this run. */
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
  /** Whether requesting a token leaves other tokens valid: true of stable_token, false of cgi-bin/token. */
  readonly isAskingHarmless: boolean
}

export type DoctorMini = DoctorApp<MiniProgram>
export type DoctorAccount = DoctorApp<OfficialAccount> & {
  readonly wechat: Pick<WeChat, 'followerPage' | 'followerInfo' | 'quota' | 'accountTemplates'>
  /** The gate that decides whether its messages may be sent. */
  readonly gate: Pick<GateStore, 'read'>
}

/** A server behind us. */
export type DoctorServer = {
  readonly app: App
  readonly name: string
  /** Its answer to a signed handshake; undefined without a Token to sign with. Throws ForwardError. */
  handshake(echostr: string): Promise<string | undefined>
}

/** One answer of WeChat: its clock in seconds, and ours (ms) before and after. */
export type Sighting = { readonly at: number; readonly before: number; readonly after: number }

/** Our own HTTP API, called from outside. */
export type OwnApi = {
  /** Its URL, for people to paste. */
  readonly address: string
  /** Throws an Error whose `code` says why the call failed. */
  get(path: string, query: Readonly<Record<string, string>>): Promise<{ status: number; text: string }>
  /** Undefined if the API is served without TLS. */
  certificate(): Promise<Certificate | undefined>
}

/** `problem` says why a client would refuse it. */
export type Certificate = { readonly host: string; readonly validUntil: number; readonly problem?: string }

export type Site = {
  readonly origin: string
  /** The status of the answer for a file that does not exist. Throws an Error whose `code` says why the call failed. */
  ask(): Promise<number>
}

export type AccountLimits = {
  /** How many functions may run at once without reserved concurrency; undefined if Lambda does not say. */
  concurrency(): Promise<number | undefined>
}

export type QueueSizes = {
  /** Approximate numbers of messages; throws if the queue does not exist. */
  size(name: string): Promise<QueueSize>
}

/** `ready` can be received now, `later` after a delay; `inWork` is in flight, or failed and is not yet visible. */
export type QueueSize = { readonly ready: number; readonly later: number; readonly inWork: number }
