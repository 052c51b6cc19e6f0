/** All outside interfaces of sending; each part picks what it uses. */

import type { MiniProgram, OfficialAccount } from '../apps.ts'
import type { FollowerNews } from '../followers/follower-news.ts'
import type { LinkingProgress, LinkStore } from '../followers/ports.ts'
import { logOf } from '../of-app.ts'
import type { AppLog, AppMetrics, Backlog, Gauges, Log, Metrics, Now, Queue, WeChat } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import type { AttemptStore, DeliveryStore, EventQueue, GateStore, Results } from './ports.ts'
import type { TemplateList } from './template-list.ts'

/** Whether values are held to WeChat's rules, which a test account (测试号) does not ask for (docs/wechat.md 6.5). */
export type ValueCheck = 'checked' | 'unchecked'

/** An Official Account that messages go out by. */
export type Account = {
  readonly app: OfficialAccount
  readonly templates: TemplateList
  readonly wechat: Pick<WeChat, 'sendTemplate' | 'followerInfo'>
  readonly accessTokens: AccessTokenSource
  readonly gate: GateStore
  readonly linking: LinkingProgress
  /** In the memory of one container: the templates whose latest message was not accepted. */
  readonly trouble: Set<string>
  /** There too: how many messages WeChat took in the latest minute (since 1970) in which it took any. */
  readonly minute: { minute: number; accepted: number }
  /** By which it is counted what becomes of its messages. */
  readonly metrics: AppMetrics
}

/** What all Official Accounts of a stage share. */
type Shared = {
  readonly minis: readonly MiniProgram[]
  readonly values?: ValueCheck
  /** Whether outcomes are counted by template as well: each template with an outcome is a metric that costs money. */
  readonly isCountedByTemplate?: boolean
  readonly links: Pick<LinkStore, 'resolve'>
  /** The queue of followers, told of who is found to follow, or not to. */
  readonly followers: Queue<FollowerNews>
  /** The same queue: whether anything of it waits to be worked in. */
  readonly backlog: Backlog
  readonly deliveries: Pick<DeliveryStore, 'read' | 'accept' | 'record' | 'recordWaiting' | 'recordUncertainty'>
  readonly attempts: AttemptStore
  readonly events: EventQueue
  /** Absent if the deployment names no bus. */
  readonly results?: Results
  readonly now: Now
  readonly random: () => number
  readonly log: Log
  readonly metrics: Metrics & Gauges
}

/** What the sender is given; the default account comes first. */
export type StageDeps = Shared & { readonly accounts: readonly Account[] }

/** What the work for one account is given; what is said there names the account. */
export type SendDeps = Omit<Shared, 'log' | 'metrics'> & Account & { readonly log: AppLog }

/** Gives the work for one account what it needs of a stage. */
export function depsOf<S extends Shared>(stage: S, account: Account) {
  return { ...stage, ...account, log: logOf(account.app, stage.log) }
}
