/** What images need of the outside. A picture goes uploads/ → (checking/ →) images/, and only images/ is served. */

import type { MiniAppId, MiniOpenId } from '../identifiers.ts'

/** The types that are taken, with the ending of the name under which each is served. */
export const imageTypes = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
} as const

export type ImageType = keyof typeof imageTypes

/** `expected` until it arrives, `checking` until WeChat's verdict; `served` and `refused` are final. */
type ImageState = 'expected' | 'checking' | 'served' | 'refused'

/** Why a picture was removed. */
export type ImageRefusal =
  | 'not-an-image'
  | 'type-differs'
  | 'too-large'
  | 'too-many-pixels'
  | 'risky'
  | 'review'
  | 'check-failed'

/**
 * One upload. `mini` is the mini program that it was uploaded in, and the only one that has it checked. `owner` stands for
 * its user in names, for an openid must not; `size` in bytes; `createdAt` in ms, when its form was signed, and `at` of its
 * state.
 * `traceId` is WeChat's, of the check under way, and `asks` counts how often WeChat was asked.
 */
export type Image = {
  readonly id: string
  readonly owner: string
  readonly mini: MiniAppId
  readonly miniOpenid: MiniOpenId
  readonly contentType: ImageType
  readonly state: ImageState
  readonly reason?: ImageRefusal
  readonly size: number
  readonly width?: number
  readonly height?: number
  readonly traceId?: string
  readonly asks: number
  readonly createdAt: number
  readonly at: number
}

export type ImageStore = {
  /** Writes a new upload; what never arrives is forgotten after a day. */
  expect(image: Image): Promise<void>
  find(id: string): Promise<Image | undefined>
  /** Writes what became of it, if the stored one is still in the state `from`; false if it is not, or not there. */
  move(image: Image, from: ImageState): Promise<boolean>
  /** The ids of an owner's uploads, up to a thousand at a time; one of a moment ago may be missing yet. */
  ofOwner(owner: string): AsyncIterable<readonly string[]>
  /** Removes an upload; nothing if it is not there. */
  remove(id: string): Promise<void>
  /** Finds the picture of a mini program that WeChat checks under this trace_id. */
  traced(mini: MiniAppId, traceId: string): Promise<Image | undefined>
  /** Counts one more upload of an owner on a day (`2026-11-22`, in China); false, and not counted, beyond `most`. */
  countUpload(owner: string, day: string, most: number): Promise<boolean>
}

/** The pictures themselves, by key. */
export type ImageFiles = {
  /** The first bytes of an object, at most `most`, with its whole size and its etag; undefined if it is not there. */
  head(key: string, most: number): Promise<{ bytes: Uint8Array; size: number; etag: string } | undefined>
  /** The whole object, if it still has this etag; undefined if it has not, or is not there. */
  read(key: string, etag: string): Promise<Uint8Array | undefined>
  /** Writes an object, as a copy would be. */
  write(key: string, bytes: Uint8Array, more: { contentType: ImageType }): Promise<void>
  /** Copies within the store if the source still has this etag; false if it has not, or is not there. */
  copy(from: string, to: string, more: { contentType: ImageType; etag?: string }): Promise<boolean>
  /** The keys that begin so, a thousand at a time. */
  list(prefix: string): AsyncIterable<readonly string[]>
  /** Removes an object; nothing if it is not there. */
  remove(key: string): Promise<void>
  /** A URL by which anybody can read the object for so many seconds. */
  readableUrl(key: string, seconds: number): Promise<string>
}

/**
 * What the queue of checks carries: a picture of a mini program to ask WeChat about, one to look after, or the verdict that
 * the mini program was told.
 */
export type ImageCheckMessage = { readonly mini: MiniAppId } & (
  | { readonly ask: string }
  | { readonly lookAfter: string }
  | { readonly verdict: ImageVerdict }
)

/** WeChat's verdict as its event wxa_media_check tells it; `errcode` other than 0 where it could not check. */
export type ImageVerdict = {
  readonly traceId: string
  readonly suggest: 'pass' | 'review' | 'risky'
  readonly errcode: number
}

/** What a client posts, beside the file, to put one object into the store. */
export type UploadForm = { readonly url: string; readonly fields: Readonly<Record<string, string>> }

/** Signs forms. Each allows one key, one type and a size from 1 byte to `size`, until so many seconds from now. */
export type UploadForms = {
  sign(upload: { key: string; contentType: ImageType; size: number; seconds: number }): UploadForm
}
