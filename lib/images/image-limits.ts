/** Limits for pictures: ours, and WeChat's if it checks pictures (docs/wechat.md 10.1). */

import { type ImageType, imageTypes } from './ports.ts'
import type { Survey } from './survey.ts'

export type ImageLimits = { readonly types: readonly ImageType[]; readonly bytes: number }

/** Every decoder needs four bytes per pixel. */
const maxSide = 16_384
const maxPixels = 100_000_000
/** For animations, because a decoder may allocate a whole canvas for each frame. */
const maxFrames = 5_000
const maxPixelsOfFrames = 2_000_000_000

const own: ImageLimits = { types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'], bytes: 20 * 1024 * 1024 }
const checked: ImageLimits = { types: ['image/jpeg', 'image/png', 'image/gif'], bytes: 10_000_000 }

/** The limits of this deployment, in types and bytes. */
export function imageLimits({ isChecked }: { readonly isChecked: boolean }): ImageLimits {
  return isChecked ? checked : own
}

/** Returns whether decoding a picture would take too much memory, whatever its size in bytes. */
export function hasTooManyPixels({ width, height, frames }: Pick<Survey, 'width' | 'height' | 'frames'>): boolean {
  const pixels = width * height
  const isTooLarge = Math.max(width, height) > maxSide || pixels > maxPixels
  return isTooLarge || frames > maxFrames || pixels * frames > maxPixelsOfFrames
}

/** Returns whether a text names an allowed type. */
export function isImageType(text: unknown): text is ImageType {
  return typeof text === 'string' && Object.hasOwn(imageTypes, text)
}
