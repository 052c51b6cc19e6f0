/** All outside interfaces of sending; each part picks what it uses. */

import type { FollowerNews } from '../followers/follower-news.ts'
import type { LinkingProgress, LinkStore } from '../followers/ports.ts'
import type { AppId } from '../identifiers.ts'
import type { Backlog, Gauges, Log, Metrics, Now, Queue, WeChat } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import type { AttemptStore, DeliveryStore, EventQueue, GateStore, Results } from './ports.ts'
import type { TemplateList } from './template-list.ts'

/** Whether values are held to WeChat's rules, which a test account (测试号) does not ask for (docs/wechat.md 6.5). */
export type ValueCheck = 'checked' | 'unchecked'

export type SendDeps = {
  readonly templates: TemplateList
  readonly values?: ValueCheck
  readonly wechat: Pick<WeChat, 'sendTemplate' | 'followerInfo'>
  readonly accessTokens: AccessTokenSource
  readonly miniAppid: AppId
  readonly links: Pick<LinkStore, 'resolve'>
  readonly linking: LinkingProgress
  /** The queue of followers, told of who is found to follow, or not to. */
  readonly followers: Queue<FollowerNews>
  /** The same queue: whether anything of it waits to be worked in. */
  readonly backlog: Backlog
  readonly deliveries: Pick<DeliveryStore, 'read' | 'accept' | 'record' | 'recordWaiting' | 'recordUncertainty'>
  readonly attempts: AttemptStore
  readonly gate: GateStore
  readonly events: EventQueue
  /** Absent if the deployment names no bus. */
  readonly results?: Results
  /** In the memory of one container: the templates whose latest message was not accepted. */
  readonly trouble: Set<string>
  /** There too: how many messages WeChat took in the latest minute (since 1970) in which it took any. */
  readonly minute: { minute: number; accepted: number }
  readonly now: Now
  readonly random: () => number
  readonly log: Log
  readonly metrics: Metrics & Gauges
}
