/** Detects a picture's type by its first bytes, and surveys the rest; no pixel is decoded. */

import { surveyGif } from './gif.ts'
import { surveyJpeg } from './jpeg.ts'
import { pngSignature, surveyPng } from './png.ts'
import type { ImageType } from './ports.ts'
import type { Survey } from './survey.ts'
import { surveyWebp } from './webp.ts'

const surveys: Readonly<Record<ImageType, (view: Buffer) => Survey | undefined>> = {
  'image/jpeg': surveyJpeg,
  'image/png': surveyPng,
  'image/gif': surveyGif,
  'image/webp': surveyWebp,
}

/** Detects the type by the first twelve bytes; undefined for anything but the four types. */
export function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (start.startsWith(pngSignature)) return 'image/png'
  if (/^GIF8[79]a/.test(start)) return 'image/gif'
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : undefined
}

/** Surveys a whole picture in one pass, within its bounds; undefined if it is invalid, or has no size. */
export function surveyImage(bytes: Uint8Array): (Survey & { readonly contentType: ImageType }) | undefined {
  const contentType = imageTypeOf(bytes)
  const found = contentType && surveys[contentType](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  return found && { contentType, ...found }
}
