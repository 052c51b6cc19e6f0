/** Asks WeChat to check one picture, and writes down under which trace_id it will answer. */

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
  /** The mini program's. */
  readonly accessTokens: AccessTokenSource
  readonly scene: CheckScene
  readonly now: Now
  readonly log: Log
}

/** WeChat fetches within half an hour; by then somebody who got hold of the URL has no use of it. */
const urlSeconds = 3600
/** What could not be checked so often is not served. */
const maxAsks = 3

/**
 * Asks, once more with each call; after the third time in vain, or where WeChat will not check it, the picture is refused.
 *
 * Throws WeChatError and TransportError where asking again may help. A crash before the trace_id is written costs one
 * more check, whose verdict finds no picture.
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
 * Such as 61010: who uploaded it has not opened the mini program for two hours, which happens when quota was waited for
 * (docs/wechat.md 10.1).
 */
function whereHopeless(error: unknown): WeChatError {
  if (error instanceof WeChatError && error.class.startsWith('permanent-')) return error
  throw error
}
