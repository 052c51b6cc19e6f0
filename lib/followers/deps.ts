/** What working in the followers' news needs: what a stage has once, and what each Official Account has to itself. */

import type { OfficialAccount } from '../apps.ts'
import type { Forgetting } from '../images/forget-images.ts'
import { logOf } from '../of-app.ts'
import type { AppLog, ConsumedQueue, Log, Now, Queue } from '../ports.ts'
import type { AskDeps } from './ask-followers.ts'
import type { News } from './follower-news.ts'
import type {
  Erasures,
  FollowCodes,
  FollowerLinks,
  Journal,
  LinkingStore,
  LinkStore,
  LinkUpkeep,
  SyncPages,
} from './ports.ts'

/** An Official Account, and what is kept of its followers beside the links. */
export type Account = Omit<AskDeps, 'log'> & {
  readonly app: OfficialAccount
  readonly erasures: Pick<Erasures, 'mark' | 'unmark' | 'marksOf'>
  readonly syncRuns: SyncPages
  readonly journal: Pick<Journal, 'forget' | 'note'>
  readonly linking: Pick<LinkingStore, 'workedIn'>
}

type Shared = {
  /** The queue that the news came by: who failed alone comes again by it, and who is to be erased a second time. */
  readonly followers: ConsumedQueue & Queue<News>
  /** The queue by which arrivals of pictures come; who is erased takes theirs along. */
  readonly imageArrivals: Queue<Forgetting>
  readonly now: Now
  readonly random: () => number
  readonly log: Log
}

export type StageDeps = Shared & {
  readonly accounts: readonly Account[]
  readonly links: Pick<LinkStore, 'of' | 'loginsOf' | 'resolve' | 'joinByScan' | 'endScans'> &
    Pick<LinkUpkeep, 'idsOf' | 'erase' | 'expire'>
  readonly codes: Pick<FollowCodes, 'claim'>
}

/** What the work for one account is given: of the links its own followers. */
export type LinkDeps = Omit<Shared, 'log'> &
  Account & { readonly log: AppLog; readonly links: FollowerLinks & Pick<LinkStore, 'loginsOf'> }

export function depsOf(account: Account, { links, codes: _, ...stage }: StageDeps): LinkDeps {
  const { app } = account
  const log = logOf(app, stage.log)
  return { ...stage, ...account, log, links: { ...links.of(app.appid), loginsOf: it => links.loginsOf(it) } }
}
