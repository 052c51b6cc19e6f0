/** The scan stage: joins who scanned a follow code to the user whose code it is, and ends what unionids contradict. */

import { maskId } from '../identifiers.ts'
import { inParallel } from '../pool.ts'
import type { AppLog } from '../ports.ts'
import type { Account } from './deps.ts'
import type { FollowerNews } from './follower-news.ts'
import type { FoundPerson } from './link.ts'
import type { Failure } from './link-failures.ts'
import type { FollowCodes, LinkStore } from './ports.ts'
import type { MiniUser, ScanLink } from './scan.ts'
import type { Scene } from './scene.ts'

type JoinDeps = Pick<Account, 'app'> & {
  readonly links: Pick<LinkStore, 'joinByScan'>
  readonly codes: Pick<FollowCodes, 'claim'>
  readonly log: AppLog
}
type Ends = Pick<LinkStore, 'endScans'>
type Scan = Pick<ScanLink, 'official' | 'openid'> & { readonly scene: Scene; readonly at: number }

const joinsAtOnce = 8

/** Works the scans of an account's followers in, once they are linked; who fails comes again with their whole message. */
export async function joinScans(
  arrivals: readonly { readonly news: FollowerNews }[],
  { reasons }: Failure,
  deps: JoinDeps,
): Promise<void> {
  const scans = arrivals.flatMap(({ news }) => scansIn(news)).filter(it => !reasons.has(it.openid))
  await inParallel(scans, joinsAtOnce, async scan => {
    try {
      await joinOne(scan, deps)
    } catch (error) {
      deps.log.error('link-followers.not-joined', { openid: maskId(scan.openid), error })
      reasons.set(scan.openid, 'batch')
    }
  })
}

function scansIn({ change, official, openids, scene, at }: FollowerNews): Scan[] {
  return scene === undefined || change !== 'follow' ? [] : openids.map(openid => ({ official, openid, scene, at }))
}

async function joinOne({ scene, ...scan }: Scan, { links, codes, log }: JoinDeps): Promise<void> {
  const { official, openid, at } = scan
  const claim = await codes.claim(scene, scan)
  const masked = maskId(openid)
  if (claim.kind !== 'mine') return log.warn('link-followers.scan-refused', { openid: masked, why: claim.kind })
  const verdict = await links.joinByScan({ official, openid, ...claim.user }, at)
  if (verdict === 'join') return log.info('link-followers.scan-joined', { openid: masked })
  log.warn('link-followers.scan-refused', { openid: masked, why: verdict })
}

/** Ends those of users' links by scan that unionids contradict. */
export async function overruleScans(
  users: readonly MiniUser[],
  { log }: { readonly log: AppLog },
  links: Ends & Pick<LinkStore, 'resolve'>,
): Promise<void> {
  for (let from = 0; from < users.length; from += 100) {
    await endOverruled(await links.resolve(users.slice(from, from + 100)), links, log)
  }
}

/** Ends of people who were found the links by scan that unionids contradict. */
export async function endOverruled(
  found: readonly (FoundPerson | undefined)[],
  links: Ends,
  log: AppLog,
): Promise<void> {
  const overruled = found.flatMap(it => it?.overruled ?? [])
  if (overruled.length === 0) return
  log.warn('links.scan-overruled', { openids: overruled.map(it => maskId(it.openid)) })
  await links.endScans(overruled)
}
