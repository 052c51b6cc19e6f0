/** The world of follow codes: a user without unionid, their code, people who scan it, and what of that is worked in. */

import * as v from 'valibot'

import { boxApps } from '../../kit/app.ts'
import { pictureUrlOf } from '../../lib/adapters/wechat/qr-picture.ts'
import { handleEvent } from '../../lib/callback/callback.ts'
import { parsePush } from '../../lib/callback/push.ts'
import { type FollowCodeDeps, makeFollowCode } from '../../lib/followers/follow-codes.ts'
import type { News } from '../../lib/followers/follower-news.ts'
import { personIn, reachOf } from '../../lib/followers/link.ts'
import { logIn } from '../../lib/login/login.ts'
import { logOf } from '../../lib/of-app.ts'
import { keySet, sessionsWith } from '../session.ts'
import type { Person } from '../world.ts'
import { openFollowers } from './followers-world.ts'

const keys = keySet('one')
const heldEvents = v.object({ held: v.array(v.object({ plain: v.string() })) })

/** Opens it; it closes with the test. */
export async function openCodes() {
  const world = await openFollowers()
  const { control, links, deps, log, metrics, now, sleep, account, box } = world
  await control('/callback', { hold: true })
  const sessions = sessionsWith(async () => keys, now)
  const [app] = boxApps.minis
  const minis = [{ app, wechat: world.app('mini').wechat }]
  const loginDeps = { minis, logins: world.logins, links, sessions, now, sleep, log }
  const codeDeps: FollowCodeDeps = {
    accounts: [{ ...account, log: logOf(account.app, log) }],
    apps: boxApps,
    sessions,
    codes: deps.codes,
    pictureOf: ticket => pictureUrlOf(new URL(box.url), ticket),
    now,
  }
  const logInAs = async (who: Person) => {
    const { code } = v.parse(v.object({ code: v.string() }), await control(`/people/${who.id}/login`, {}))
    return logIn({ code }, loginDeps)
  }
  const make = async (who: Person, body = '', more: Partial<FollowCodeDeps> = {}) => {
    const authorization = `Bearer ${(await logInAs(who)).token}`
    return makeFollowCode({ authorization, body }, { ...codeDeps, ...more })
  }
  /** What WeChat pushes meanwhile, as the callback queues it. */
  const pushed = async (): Promise<News[]> => {
    const { held } = v.parse(heldEvents, await control('/callbacks'))
    await control('/callbacks', undefined, 'DELETE')
    const queue: News[] = []
    const followers = { push: async (news: readonly News[]) => void queue.push(...news) }
    const callback = { app: account.app, apps: boxApps, followers, log, metrics }
    for (const { plain } of held) await handleEvent(parsePush(plain).event, callback)
    return queue
  }
  const scan = async (who: Person, { url }: { readonly url: string }) => {
    await control(`/people/${who.id}/scan`, { ticket: new URL(url).searchParams.get('ticket') })
    return pushed()
  }
  const unfollow = async (who: Person) => {
    await control(`/people/${who.id}/unfollow`, {})
    return pushed()
  }
  const userReach = async (who: Person) => {
    const [found] = await links.resolve([world.atMini(who)])
    const person = personIn(found, account.app.appid)
    return person && reachOf(person)
  }
  return { ...world, codeDeps, logInAs, make, scan, unfollow, pushed, userReach }
}
