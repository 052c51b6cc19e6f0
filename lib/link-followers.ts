/** Looks up who followed or left, and writes the links. */

import * as v from 'valibot'

import type { AccessTokenSource } from './access-token.ts'
import { WeChatError } from './errors.ts'
import { isId, maskId, type OpenId } from './identifiers.ts'
import { type FollowerSeen, mergeFollower } from './link.ts'
import { inParallel, inRuns } from './pool.ts'
import type { LinkStore, Log, WeChat } from './ports.ts'
import { withAccessToken } from './with-access-token.ts'

const followerNews = v.object({
  change: v.picklist(['follow', 'unfollow']),
  openids: v.pipe(v.array(v.custom<OpenId>(isId)), v.maxLength(100)),
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
})

/** A message of the followers queue: these openids followed, or left, at this instant (seconds, WeChat's clock). */
export type FollowerNews = v.InferOutput<typeof followerNews>

export type LinkFollowersDeps = {
  readonly wechat: Pick<WeChat, 'followerInfo'>
  readonly accessTokens: AccessTokenSource
  readonly links: Pick<LinkStore, 'followers' | 'writeFollower'>
  readonly log: Log
}

/** `user/info/batchget` takes a hundred openids. */
const batchSize = 100
const batchesAtOnce = 4
const writesAtOnce = 20
/** How often a write may lose against another process before its message comes again. */
const maxTries = 5

/** Reads a message of the queue; throws on what is none. */
export function parseFollowerNews(body: string): FollowerNews {
  return v.parse(v.pipe(v.string(), v.parseJson(), followerNews), body)
}

/** Brings the links up to date; answers the news that could not be worked in, so that they come again. */
export async function linkFollowers<N extends FollowerNews>(
  news: readonly N[],
  deps: LinkFollowersDeps,
): Promise<readonly N[]> {
  const failed = new Set<OpenId>()
  const told = latest(news)
  await inParallel(inRuns([...told.values()], batchSize), batchesAtOnce, batch => linkBatch(batch, failed, deps))
  deps.log.info('link-followers.batch', { openids: told.size, failed: failed.size })
  return news.filter(it => it.openids.some(openid => failed.has(openid)))
}

async function linkBatch(batch: readonly FollowerSeen[], failed: Set<OpenId>, deps: LinkFollowersDeps): Promise<void> {
  try {
    const answers = await ask(
      batch.filter(it => it.following),
      deps,
    )
    const seen = batch.flatMap(it => (it.following ? (answers.get(it.openid) ?? []) : it))
    await write(seen, failed, deps)
  } catch (error) {
    deps.log.error('link-followers.failed', { error, openids: batch.length })
    for (const { openid } of batch) failed.add(openid)
  }
}

/** One entry per openid. An event of following only says that WeChat is to be asked: it names no unionid. */
function latest(news: readonly FollowerNews[]): Map<OpenId, FollowerSeen> {
  const told = new Map<OpenId, FollowerSeen>()
  for (const { change, openids, at } of news) {
    for (const openid of openids) {
      const before = told.get(openid)
      const following = change === 'follow' || before?.following === true
      told.set(openid, { openid, following, at: Math.max(at, before?.at ?? 0) })
    }
  }
  return told
}

type Answers = ReadonlyMap<OpenId, FollowerSeen>

/** What WeChat says of them now; never older than what was told. Who is missing in the answer does not exist for it. */
async function ask(told: readonly FollowerSeen[], deps: LinkFollowersDeps): Promise<Answers> {
  if (told.length === 0) return new Map()
  const { accessTokens, wechat, log } = deps
  const openids = told.map(it => it.openid)
  try {
    const infos = await withAccessToken(accessTokens, token => wechat.followerInfo(token, openids))
    const toldAt = new Map(told.map(it => [it.openid, it.at]))
    return new Map(infos.map(it => [it.openid, { ...it, at: Math.max(it.at, toldAt.get(it.openid) ?? 0) }]))
  } catch (error) {
    if (!isBadOpenid(error)) throw error
    const [only] = openids
    if (openids.length > 1) return askHalves(told, deps)
    log.warn('link-followers.bad-openid', { openid: maskId(only ?? ''), error })
    return new Map()
  }
}

/** One bad openid fails all hundred: halving finds it, and the others get their answer. */
async function askHalves(told: readonly FollowerSeen[], deps: LinkFollowersDeps): Promise<Answers> {
  const middle = Math.ceil(told.length / 2)
  const [one, other] = await Promise.all([ask(told.slice(0, middle), deps), ask(told.slice(middle), deps)])
  return new Map([...one, ...other])
}

/** 40003: one of the openids is bad. 40032: too many, though no more than the page allows (CONTRACT.md section 4.3). */
function isBadOpenid(error: unknown): boolean {
  return error instanceof WeChatError && (error.errcode === 40003 || error.errcode === 40032)
}

async function write(seen: readonly FollowerSeen[], failed: Set<OpenId>, deps: LinkFollowersDeps): Promise<void> {
  const stored = await deps.links.followers(seen.map(it => it.openid))
  await inParallel(seen, writesAtOnce, async it => {
    const row = mergeFollower(stored.get(it.openid), it)
    if (row === 'unchanged') return
    const isWritten = row !== 'ask' && (await deps.links.writeFollower(row, stored.get(it.openid)))
    if (!isWritten && !(await writeAgain(it, deps))) failed.add(it.openid)
  })
}

/**
 * Two events of one second, or two processes at one follower: asks WeChat once more and writes that answer, whatever
 * is stored, for the row of the unionid may hold what the lost race wrote.
 */
async function writeAgain(told: FollowerSeen, deps: LinkFollowersDeps): Promise<boolean> {
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = (await deps.links.followers([told.openid])).get(told.openid)
    const answer = (await ask([told], deps)).get(told.openid)
    if (answer === undefined) return true
    const at = Math.max(answer.at, stored?.at ?? 0)
    const merged = mergeFollower(stored, { ...answer, at, confirmed: true })
    const row = typeof merged === 'string' && stored !== undefined ? { ...stored, at } : merged
    if (typeof row !== 'string' && (await deps.links.writeFollower(row, stored))) return true
  }
  return false
}
