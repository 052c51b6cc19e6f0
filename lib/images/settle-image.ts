/** Ends the check of a picture: it is served, or removed. */

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

/** Serves what passed. The copy comes before the row: a name that the row tells of is there. */
export async function serveImage(image: Image, deps: SettleDeps): Promise<void> {
  const { contentType } = image
  const isCopied = await deps.files.copy(checkingKey(image), imageKey(image), { contentType })
  // It is gone only where another copy of the verdict was quicker, or the bucket let it go.
  await settleImage(image, isCopied ? { state: 'served' } : { state: 'refused', reason: 'check-failed' }, deps)
}

/** Writes the end, unless another is written already, and removes what that leaves over. Harmless twice. */
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

/** Of what is served only the copy stays, of all else nothing. */
export async function removeLeftovers(image: Image, { files }: Pick<SettleDeps, 'files'>): Promise<void> {
  if (image.state !== 'served') await files.remove(imageKey(image))
  await files.remove(checkingKey(image))
}
