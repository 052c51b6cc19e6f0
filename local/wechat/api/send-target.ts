/** Where a template message leads when it is tapped: a page of the linked mini program, or a web page. */
import type { Box } from '../box.ts'
import { field, isFields, textField } from '../json.ts'
import type { Message } from '../messages.ts'
import type { Refusal } from './endpoint.ts'

/** Long enough for every real address; the platform's own limit is not published. */
const longestUrl = 2048

/** Both where both are given: then the phone opens the mini program. */
export type Target = Pick<Message, 'url' | 'miniprogram'>

/** Tells whether the target has a shape that WeChat cannot read at all. */
export function isMisshapen(body: unknown): boolean {
  const miniprogram = field(body, 'miniprogram')
  return typeof miniprogram === 'string' && miniprogram !== ''
}

/** Reads the target, or finds what is wrong with it. */
export function readTarget(box: Box, body: unknown): Target | Refusal {
  const url = textField(body, 'url')
  if (url.length > longestUrl) return { errcode: 40039 }
  const web = url === '' ? {} : { url }
  const miniprogram = givenMiniprogram(body)
  if (miniprogram === undefined) return web
  const [appid, pagepath] = [textField(miniprogram, 'appid'), textField(miniprogram, 'pagepath')]
  const refused = refusePage(box, { appid, pagepath })
  return refused ?? { ...web, miniprogram: { appid, ...(pagepath && { pagepath }) } }
}

/** Public clients send an empty text, or an empty appid, with each plain message: it counts as none (docs/wechat.md 6.1). */
function givenMiniprogram(body: unknown): unknown {
  const miniprogram = field(body, 'miniprogram')
  return isFields(miniprogram) && field(miniprogram, 'appid') !== '' ? miniprogram : undefined
}

function refusePage(
  { apps, rules }: Box,
  { appid, pagepath }: { appid: string; pagepath: string },
): Refusal | undefined {
  if (appid === '') return { errcode: 40166 }
  if (appid !== apps.mini.appid) return { errcode: 40013 }
  const page = pagepath.split('?')[0]?.replace(/^\//, '') ?? ''
  const known = page === '' || rules.pages === undefined || rules.pages.has(page)
  return known ? undefined : { errcode: 40165 }
}
