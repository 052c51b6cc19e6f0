/** Hands what an authentic callback says to who works on it. Nothing slow happens here: WeChat waits 5 s. */

import { type App, type AppName, type Apps, findApp, findAppById } from '../apps.ts'
import { RequestError } from '../errors.ts'
import type { FollowerNews, News } from '../followers/follower-news.ts'
import type { Address, OfficialAppId } from '../identifiers.ts'
import type { ImageCheckMessage } from '../images/ports.ts'
import { logOf } from '../of-app.ts'
import type { AppLog, Log, Metrics, Queue } from '../ports.ts'
import type { WeChatEvent } from './push.ts'
import type { TakeReceipt } from './take-receipt.ts'

export type CallbackDeps = {
  /** The app that the callback is of. */
  readonly app: App
  readonly apps: Apps
  readonly followers: Queue<News>
  /** Only if receipts are kept. */
  readonly takeReceipt?: TakeReceipt
  /** Only if image checks are on. */
  readonly imageChecks?: Queue<ImageCheckMessage>
  /** Whether others get what we do not use. */
  readonly isPassedOn?: boolean
  readonly log: Log
  readonly metrics: Metrics
}

/** The app of a callback's path, the default Official Account without one; throws RequestError `app-invalid`. */
export function calledApp(apps: Apps, name: AppName | undefined): App {
  const app = name === undefined ? apps.officials[0] : findApp(apps, name)
  if (app === undefined) throw new RequestError('app-invalid', 404, 'No app of this deployment has this name.')
  return app
}

/** Hands an event on; one that nothing handles is only logged. */
export async function handleEvent(event: WeChatEvent, deps: CallbackDeps): Promise<void> {
  const { app, followers, takeReceipt, imageChecks } = deps
  const log = logOf(app, deps.log)
  log.debug('callback.received', { event: event.kind })
  switch (event.kind) {
    case 'follow':
    case 'unfollow':
    case 'scan':
      return app.kind === 'official' ? followers.push([followerChangeOf(event, app.appid)]) : undefined
    case 'erase':
    case 'erase-pictures':
      return pushErasure(event, { ...deps, log })
    case 'receipt':
      if (app.kind !== 'official') return
      return takeReceipt?.({ official: app.appid, msgid: event.msgid, status: event.status, at: event.at })
    case 'image-verdict':
      if (app.kind !== 'mini') return
      if (imageChecks === undefined) return log.info('callback.ignored', { event: event.kind })
      return imageChecks.push([{ mini: app.appid, verdict: event.verdict }])
    case 'other':
      return tellIgnored(event.name, { ...deps, log })
    // Refusing it would make WeChat send it twice more and mark this URL as broken (docs/wechat.md 9.6).
    case 'unreadable':
      deps.metrics.count('PushUnreadable')
      return log.warn('callback.unreadable', { why: event.why })
  }
}

/** Only what nobody gets. */
function tellIgnored(event: string, { isPassedOn, log }: Pick<CallbackDeps, 'isPassedOn'> & { log: AppLog }): void {
  if (!isPassedOn) log.info('callback.ignored', { event })
}

type FollowEvent = Extract<WeChatEvent, { kind: 'follow' | 'unfollow' | 'scan' }>
type EraseEvent = Extract<WeChatEvent, { kind: 'erase' | 'erase-pictures' }>

/** Only followers scan; that they follow is worked in with what they scanned. */
function followerChangeOf({ kind, openid, at, scene }: FollowEvent, official: OfficialAppId): FollowerNews {
  const change = kind === 'unfollow' ? 'unfollow' : 'follow'
  return { change, official, openids: [openid], at, ...(scene === undefined ? {} : { scene }) }
}

async function pushErasure(
  event: EraseEvent,
  { app, apps, followers, log }: CallbackDeps & { readonly log: AppLog },
): Promise<void> {
  const who = addressesOf(event, namedIn(event, app, apps))
  if (who.length === 0) return log.warn('callback.ignored', { event: `${event.kind} of an app that is none of ours` })
  const { kind: change, at } = event
  await followers.push([change === 'erase' ? { change, who, at, isSecond: false } : { change, who, at }])
}

/** The app by whose openid an event names the person: the one that it came to, or a mini program. */
function namedIn({ appid }: EraseEvent, app: App, apps: Apps): App | undefined {
  if (appid === undefined || appid === app.appid) return app
  const named = findAppById(apps, appid)
  return named?.kind === 'mini' ? named : undefined
}

function addressesOf({ openid, unionid }: EraseEvent, app: App | undefined): Address[] {
  return [
    ...(app?.kind === 'official' ? [{ official: app.appid, openid }] : []),
    ...(app?.kind === 'mini' ? [{ mini: app.appid, miniOpenid: openid }] : []),
    ...(unionid === undefined ? [] : [{ unionid }]),
  ]
}
