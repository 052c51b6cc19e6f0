/** What a picture may be: ours, and WeChat's where it checks pictures (CONTRACT.md 12.2). */

import { type ImageType, imageTypes } from './image-ports.ts'

export type ImageLimits = { readonly types: readonly ImageType[]; readonly bytes: number }

/** Whatever decodes it needs four bytes a pixel. */
export const maxSide = 16_384
export const maxPixels = 100_000_000

const own: ImageLimits = { types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'], bytes: 20 * 1024 * 1024 }
const checked: ImageLimits = { types: ['image/jpeg', 'image/png', 'image/gif'], bytes: 10_000_000 }

/** The limits of this deployment, in types and bytes. */
export function imageLimits({ isChecked }: { readonly isChecked: boolean }): ImageLimits {
  return isChecked ? checked : own
}

/** Tells whether a text names a type that pictures can have. */
export function isImageType(text: unknown): text is ImageType {
  return typeof text === 'string' && Object.hasOwn(imageTypes, text)
}
