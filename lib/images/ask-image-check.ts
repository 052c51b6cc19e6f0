/** Asks WeChat to check one picture, and stores the trace_id of the coming verdict. */

import { WeChatError } from '../errors.ts'
import type { CheckScene, Log, MediaToCheck, Now, WeChat } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import { checkingKey } from './image-keys.ts'
import type { Image, ImageFiles, ImageStore } from './ports.ts'
import { settleImage } from './settle-image.ts'

export type AskImageCheckDeps = {
  readonly images: Pick<ImageStore, 'find' | 'move' | 'traced'>
  readonly files: Pick<ImageFiles, 'copy' | 'remove' | 'readableUrl'>
  readonly wechat: Pick<WeChat, 'mediaCheckAsync'>
  /** The mini program's appid. */
  readonly accessTokens: AccessTokenSource
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
export async function askImageCheck(image: Image, deps: AskImageCheckDeps): Promise<void> {
  if (image.asks >= maxAsks) return settleImage(image, { state: 'refused', reason: 'check-failed' }, deps)
  const { accessTokens, files, images, log, now, scene, wechat } = deps
  const mediaUrl = await files.readableUrl(checkingKey(image), urlSeconds)
  const media: MediaToCheck = { mediaUrl, openid: image.miniOpenid, scene }
  const asked = withAccessToken(accessTokens, token => wechat.mediaCheckAsync(token, media))
  const traceId = await asked.catch(whereHopeless)
  if (traceId instanceof WeChatError) {
    log.error('images.uncheckable', { id: image.id, error: traceId })
    return settleImage(image, { state: 'refused', reason: 'check-failed' }, deps)
  }
  await images.move({ ...image, traceId, asks: image.asks + 1, at: now() }, 'checking')
  log.info('images.asked', { id: image.id, asks: image.asks + 1 })
}

/**
 * Such as 61010: the user has not opened the mini program for two hours, which happens after a wait for quota
 * (docs/wechat.md 10.1).
 */
function whereHopeless(error: unknown): WeChatError {
  if (error instanceof WeChatError && error.class.startsWith('permanent-')) return error
  throw error
}
