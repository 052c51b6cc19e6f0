/** Ends the check of a picture: serves or removes it. */

import type { AppLog, Now } from '../ports.ts'
import { checkingKey, imageKey } from './image-keys.ts'
import type { Image, ImageFiles, ImageRefusal, ImageStore } from './ports.ts'

export type SettleDeps = {
  readonly images: Pick<ImageStore, 'find' | 'move'>
  readonly files: Pick<ImageFiles, 'copy' | 'remove'>
  readonly now: Now
  /** The mini program's. */
  readonly log: AppLog
}

type End = { readonly state: 'served' } | { readonly state: 'refused'; readonly reason: ImageRefusal }

/** Serves a picture that passed. The copy precedes the row: a URL that the row implies already works. */
export async function serveImage(image: Image, deps: SettleDeps): Promise<void> {
  const { contentType } = image
  const isCopied = await deps.files.copy(checkingKey(image), imageKey(image), { contentType })
  // Missing only if a copy of the verdict was faster, or the object expired.
  await settleImage(image, isCopied ? { state: 'served' } : { state: 'refused', reason: 'check-failed' }, deps)
}

/** Writes the final state, unless one is already written, and removes leftover files. Idempotent. */
export async function settleImage(image: Image, end: End, deps: SettleDeps): Promise<void> {
  const { id, asks } = image
  const settled = { ...image, ...end, at: deps.now() }
  if (await deps.images.move(settled, 'checking')) {
    deps.log.info(`images.${end.state}`, { id, asks, ...('reason' in end ? { reason: end.reason } : {}) })
    return removeLeftovers(settled, deps)
  }
  const stored = await deps.images.find(id)
  await removeLeftovers(stored ?? image, deps)
}

/** A served picture keeps only its served copy; any other keeps nothing. */
export async function removeLeftovers(image: Image, { files }: Pick<SettleDeps, 'files'>): Promise<void> {
  if (image.state !== 'served') await files.remove(imageKey(image))
  await files.remove(checkingKey(image))
}
