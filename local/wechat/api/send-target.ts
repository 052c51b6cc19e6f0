/** Where a template message leads when it is tapped: a page of a linked mini program, or a web page. */
import type { App, MiniProgram, OfficialAccount } from '../app.ts'
import type { Box } from '../box.ts'
import { field, isFields, textField } from '../json.ts'
import type { Message } from '../message.ts'
import type { Refusal } from './endpoint.ts'

/** Long enough for every real address; the platform's own limit is not published. */
const longestUrl = 2048

/** Both where both are given: then the phone opens the mini program. */
export type Target = Pick<Message, 'url' | 'miniprogram'>

type Program = { appid: string; pagepath: string }

/** Tells whether the target has a shape that WeChat cannot read at all. */
export function isMisshapen(body: unknown): boolean {
  const miniprogram = field(body, 'miniprogram')
  return typeof miniprogram === 'string' && miniprogram !== ''
}

/** Reads the target, or finds what is wrong with it. */
export function readTarget(box: Box, account: OfficialAccount, body: unknown): Target | Refusal {
  const url = textField(body, 'url')
  if (url.length > longestUrl) return { errcode: 40039 }
  const web = url === '' ? {} : { url }
  const miniprogram = givenMiniprogram(body)
  if (miniprogram === undefined) return web
  const [appid, pagepath] = [textField(miniprogram, 'appid'), textField(miniprogram, 'pagepath')]
  return (
    refuseProgram(box, account, { appid, pagepath }) ?? {
      ...web,
      miniprogram: { appid, ...(pagepath && { pagepath }) },
    }
  )
}

/** Finds what is wrong with a page of a mini program that a message opens. */
export function refuseProgram(box: Box, app: App, { appid, pagepath }: Program): Refusal | undefined {
  return appid === '' ? { errcode: 40166 } : refusePage(linked(box, app, appid), pagepath)
}

/** Public clients send an empty text, or an empty appid, with each plain message: it counts as none (docs/wechat.md 6.1). */
function givenMiniprogram(body: unknown): unknown {
  const miniprogram = field(body, 'miniprogram')
  return isFields(miniprogram) && field(miniprogram, 'appid') !== '' ? miniprogram : undefined
}

/** The mini program with this AppID, if the account's own Open Platform account has it. */
function linked({ apps }: Box, { platform }: App, appid: string): MiniProgram | undefined {
  const app = apps.byAppid(appid)
  return app?.kind === 'mini' && platform !== null && app.platform === platform ? app : undefined
}

function refusePage(mini: MiniProgram | undefined, pagepath: string): Refusal | undefined {
  if (mini === undefined) return { errcode: 40013 }
  const page = pagepath.split('?')[0]?.replace(/^\//, '') ?? ''
  const known = page === '' || mini.pages === undefined || mini.pages.has(page)
  return known ? undefined : { errcode: 40165 }
}
