/** Finds the recipients of a batch: by the links, and for people unknown there, by asking WeChat. */

import { TransportError, WeChatError } from '../errors.ts'
import { type Answers, type AskDeps, askFollowers } from '../followers/ask-followers.ts'
import type { FollowerNews } from '../followers/follower-news.ts'
import type { Person } from '../followers/link.ts'
import type { Address, OpenId } from '../identifiers.ts'
import type { SendDeps } from './deps.ts'
import { type Deferral, deferFor } from './outcome.ts'
import type { Loaded } from './stages.ts'
import { reasonOf, type WaitReason } from './waiting.ts'

type Deps = AskDeps & Pick<SendDeps, 'app' | 'followers' | 'linking' | 'backlog' | 'now'>

/** What became of the look for somebody: the person, or why the event must wait. */
type Found = { readonly person: Person } | { readonly wait: Deferral }

export type Recipients = {
  /** Looks for somebody of whom the links have not heard; `since` is when (ms) the event was pushed. */
  find(address: Address, person: Person, since: number): Promise<Found>
}

/** Whoever follows just now is linked within seconds. */
const graceMs = 10_000
const graceSeconds = 10
/** Looked at so often while others are being worked in. */
const waitSeconds = 60
/** In a campaign somebody follows all the time: no reason to wait for ever. */
const longestBacklogMs = 900_000
/** As long as the longest sync run may take; then whoever is unknown is not among the followers. */
const longestWaitMs = 3 * 86_400_000

/** An event to somebody of whom the links do not say that they follow. */
type Unlinked = { readonly id: string; readonly openid: OpenId }

/** The events of a batch to openids of which the links do not say that they follow. */
export function unlinkedAmong(events: readonly Loaded[]): readonly Unlinked[] {
  return events.flatMap(({ kind, message, person }) => {
    if (message === undefined || person === undefined || !('openid' in message.to)) return []
    const to = kind.recipientOf(person)
    return 'openid' in to || to.isCertain ? [] : { id: message.id, openid: message.to.openid }
  })
}

/** Creates the look of one batch: WeChat is asked once for all `unlinked` openids, and only if one is needed. */
export function createRecipients(unlinked: readonly Unlinked[], deps: Deps): Recipients {
  let asked: Promise<Answers> | undefined
  const isWorkedIn = createCheckOfLinking(deps)
  return {
    async find(address, person, since) {
      if ('openid' in address) {
        asked ??= askAndLink(unlinked, deps)
        return asked.then(answers => foundIn(answers, address.openid), waitForWeChat)
      }
      const ageMs = deps.now() - since
      if (ageMs < graceMs) return waitFor(graceSeconds, { cause: 'person', why: 'this person is not linked yet' })
      // Of whom it is known that they left, nothing more is to come.
      return isUnseen(person) && !(await isWorkedIn(ageMs))
        ? waitFor(waitSeconds, { cause: 'person', why: 'who follows is being linked' })
        : { person }
    },
  }
}

/** Of one who unfollowed a row is known; of one who only logged in, the unionid. */
function isUnseen({ known, openid, unionid }: Person): boolean {
  return !known || (openid === undefined && unionid !== undefined)
}

/** Asks once for all of a batch whether the sync runs, and what events told, are worked into the links. */
function createCheckOfLinking({ linking, backlog }: Deps) {
  let underWay: Promise<boolean> | undefined
  let waiting: Promise<boolean> | undefined
  return async (ageMs: number): Promise<boolean> => {
    if (ageMs < longestBacklogMs) {
      waiting ??= backlog.isEmpty().then(it => !it)
      if (await waiting) return false
    }
    if (ageMs >= longestWaitMs) return true
    underWay ??= linking.isUnderWay()
    return !(await underWay)
  }
}

/** Who follows is worked into the links as well: the next event finds them there. */
async function askAndLink(unlinked: readonly Unlinked[], deps: Deps): Promise<Answers> {
  const openids = [...new Set(unlinked.map(it => it.openid))]
  const answers = await askFollowers(openids, deps)
  const following = openids.filter(it => isFollowing(answers.get(it)))
  if (following.length === 0) return answers
  const news = { change: 'follow', official: deps.app.appid, openids: following, at: 0 } satisfies FollowerNews
  try {
    await deps.followers.push([news])
  } catch (error) {
    // They are sent to all the same, and asked for again with their next event.
    const ids = unlinked.flatMap(it => (isFollowing(answers.get(it.openid)) ? it.id : []))
    deps.log.warn('send.links-not-corrected', { error, openids: following.length, ids })
  }
  return answers
}

function isFollowing(answer: ReturnType<Answers['get']>): boolean {
  return answer !== undefined && answer !== 'nobody' && answer.following
}

function foundIn(answers: Answers, openid: OpenId): Found {
  const answer = answers.get(openid)
  if (answer === undefined) return waitFor(0, { cause: 'wechat', why: 'WeChat says nothing usable of this person' })
  if (answer === 'nobody') return { person: { known: false, following: false } }
  const { unionid, following } = answer
  return { person: { known: true, openid, following, ...(unionid === undefined ? {} : { unionid }) } }
}

function waitForWeChat(error: unknown): Found {
  if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
  return { wait: deferFor(reasonOf(error)) }
}

function waitFor(leastSeconds: number, reason: WaitReason): Found {
  return { wait: { kind: 'deferred', leastSeconds, ...reason } }
}
