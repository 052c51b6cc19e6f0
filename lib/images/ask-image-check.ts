/** Asks WeChat, as the mini program of a picture, to check it, and stores the trace_id of the coming verdict. */

import type { MiniProgram } from '../apps.ts'
import { WeChatError } from '../errors.ts'
import type { AppLog, CheckScene, Log, MediaToCheck, Now, WeChat } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import { checkingKey } from './image-keys.ts'
import type { Image, ImageFiles, ImageStore } from './ports.ts'
import { settleImage } from './settle-image.ts'

/** A mini program that has its pictures checked. */
type CheckingApp = {
  readonly app: MiniProgram
  readonly wechat: Pick<WeChat, 'mediaCheckAsync'>
  readonly accessTokens: AccessTokenSource
}

export type AskImageCheckDeps = {
  readonly images: Pick<ImageStore, 'find' | 'move' | 'traced'>
  readonly files: Pick<ImageFiles, 'copy' | 'remove' | 'readableUrl'>
  readonly minis: readonly CheckingApp[]
  readonly scene: CheckScene
  readonly now: Now
  readonly log: Log
}

/** WeChat downloads within half an hour; after that a leaked URL is useless. */
const urlSeconds = 3600
/** After this many failed checks the picture is refused. */
const maxAsks = 3

/**
 * Asks, and counts the attempt; after the third failure, or if WeChat will not check it, the picture is refused.
 *
 * Throws WeChatError and TransportError if a retry may help. A crash before the trace_id is stored costs one more
 * check, whose verdict finds no picture.
 */
export async function askImageCheck(image: Image, deps: AskImageCheckDeps & { readonly log: AppLog }): Promise<void> {
  if (image.asks >= maxAsks) return settleImage(image, { state: 'refused', reason: 'check-failed' }, deps)
  const traceId = await callMediaCheck(image, deps)
  if (typeof traceId !== 'string') {
    deps.log.error('images.uncheckable', { id: image.id, error: traceId })
    return settleImage(image, { state: 'refused', reason: 'check-failed' }, deps)
  }
  await deps.images.move({ ...image, traceId, asks: image.asks + 1, at: deps.now() }, 'checking')
  deps.log.info('images.asked', { id: image.id, asks: image.asks + 1 })
}

/** The trace_id, or why asking again would not help. */
async function callMediaCheck(image: Image, { files, minis, scene }: AskImageCheckDeps): Promise<string | Error> {
  const mini = minis.find(it => it.app.appid === image.mini)
  // It was taken out of the list while its picture waited.
  if (mini === undefined) return new Error(`no mini program of this deployment has the appid ${image.mini}`)
  const mediaUrl = await files.readableUrl(checkingKey(image), urlSeconds)
  const media: MediaToCheck = { mediaUrl, openid: image.miniOpenid, scene }
  const asked = withAccessToken(mini.accessTokens, token => mini.wechat.mediaCheckAsync(token, media))
  return asked.catch(whereHopeless)
}

/**
 * Such as 61010: the user has not opened the mini program for two hours, which happens after a wait for quota
 * (docs/wechat.md 10.1).
 */
function whereHopeless(error: unknown): WeChatError {
  if (error instanceof WeChatError && error.class.startsWith('permanent-')) return error
  throw error
}
