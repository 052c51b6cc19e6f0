/** The outside interfaces of the image code. Pictures move uploads/ → (checking/ →) images/; only images/ is served. */

import type { MiniAppId, MiniOpenId } from '../identifiers.ts'

/** The allowed types, with the file extension of each. */
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
 * One upload. `mini` is the mini program that it was uploaded in, the only one that has it checked. `owner` is the person's
 * pseudonym, because keys must not contain an openid; `size` in bytes; `createdAt` (ms) is when its form was signed, `at` when
 * its state changed. `traceId` is WeChat's id of the check in progress; `asks` counts the requests to WeChat.
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
  /** Writes a new upload; one that never arrives expires after a day. */
  expect(image: Image): Promise<void>
  find(id: string): Promise<Image | undefined>
  /** Writes the new state if the stored one is still `from`; returns false if it is not, or there is no row. */
  move(image: Image, from: ImageState): Promise<boolean>
  /** The ids of an owner's uploads, up to a thousand at a time; very recent ones may be missing. */
  ofOwner(owner: string): AsyncIterable<readonly string[]>
  /** Removes an upload, if it exists. */
  remove(id: string): Promise<void>
  /** Finds the picture of a mini program that WeChat checks under this trace_id. */
  traced(mini: MiniAppId, traceId: string): Promise<Image | undefined>
  /** Counts one more upload of an owner on a day (`2026-11-22`, in China); false, and not counted, beyond `most`. */
  countUpload(owner: string, day: string, most: number): Promise<boolean>
}

/** The picture files, by key. */
export type ImageFiles = {
  /** The first bytes of an object, at most `most`, with its size and etag; undefined if it does not exist. */
  head(key: string, most: number): Promise<{ bytes: Uint8Array; size: number; etag: string } | undefined>
  /** The whole object, if it still has this etag; undefined otherwise. */
  read(key: string, etag: string): Promise<Uint8Array | undefined>
  /** Writes an object, with the same headers as a copy. */
  write(key: string, bytes: Uint8Array, more: { contentType: ImageType }): Promise<void>
  /** Copies within the store if the source still has this etag; false otherwise. */
  copy(from: string, to: string, more: { contentType: ImageType; etag?: string }): Promise<boolean>
  /** The keys with this prefix, a thousand at a time. */
  list(prefix: string): AsyncIterable<readonly string[]>
  /** Removes an object, if it exists. */
  remove(key: string): Promise<void>
  /** A URL by which anybody can read the object for this many seconds. */
  readableUrl(key: string, seconds: number): Promise<string>
}

/**
 * A message of the check queue: a picture of a mini program to be checked, a follow-up on a check, or the verdict that the
 * mini program was sent.
 */
export type ImageCheckMessage = { readonly mini: MiniAppId } & (
  | { readonly ask: string }
  | { readonly lookAfter: string }
  | { readonly verdict: ImageVerdict }
)

/** WeChat's verdict from its event wxa_media_check; `errcode` is not 0 if the check failed. */
export type ImageVerdict = {
  readonly traceId: string
  readonly suggest: 'pass' | 'review' | 'risky'
  readonly errcode: number
}

/** The fields that a client posts with the file to write one object. */
export type UploadForm = { readonly url: string; readonly fields: Readonly<Record<string, string>> }

/** Signs forms. Each allows one key, one type and 1 to `size` bytes, for this many seconds. */
export type UploadForms = {
  sign(upload: { key: string; contentType: ImageType; size: number; seconds: number }): UploadForm
}
