import type { AppId } from '../identifiers.ts'
import type { Forgetting } from '../images/forget-images.ts'
import type { ConsumedQueue, Now, Queue } from '../ports.ts'
import type { AskDeps } from './ask-followers.ts'
import type { News } from './follower-news.ts'
import type { Erasures, Journal, LinkingStore, LinkStore, LinkUpkeep } from './ports.ts'

export type LinkDeps = AskDeps & {
  readonly links: Pick<LinkStore, 'followers' | 'writeFollower' | 'rejoin' | 'loginsOf'> &
    Pick<LinkUpkeep, 'idsOf' | 'erase' | 'expire'>
  readonly erasures: Pick<Erasures, 'mark' | 'unmark' | 'marksOf'>
  /** The pages of sync runs. */
  readonly syncRuns: Pick<Journal, 'forget'>
  readonly journal: Pick<Journal, 'forget' | 'note'>
  readonly linking: Pick<LinkingStore, 'workedIn'>
  /** The queue that the news came by: who failed alone comes again by it, and who is to be erased a second time. */
  readonly followers: ConsumedQueue & Queue<News>
  /** The queue by which arrivals of pictures come; who is erased takes theirs along. */
  readonly imageArrivals: Queue<Forgetting>
  readonly miniAppid: AppId
  readonly now: Now
  readonly random: () => number
}
