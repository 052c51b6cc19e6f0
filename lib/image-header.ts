/** Reads type and dimensions from the first bytes of a picture, never past them; nothing is decoded. */

import type { ImageType } from './image-ports.ts'

export type ImageHeader = { readonly contentType: ImageType; readonly width: number; readonly height: number }

type Dimensions = Pick<ImageHeader, 'width' | 'height'>

const pngSignature = '\x89PNG\r\n\x1a\n'
/** JPEG's frame headers are C0 to CF, but for the tables and the extension among them. */
const noFrame: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc])

/** Reads the header; undefined for what is no picture of the four types, or does not tell its size in these bytes. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const contentType = typeOf(view)
  const found = contentType && readers[contentType](view)
  return found && found.width > 0 && found.height > 0 ? { contentType, ...found } : undefined
}

function typeOf(view: Buffer): ImageType | undefined {
  if (view.length >= 3 && view.readUIntBE(0, 3) === 0xffd8ff) return 'image/jpeg'
  const start = view.toString('latin1', 0, 12)
  if (start.startsWith(pngSignature)) return 'image/png'
  if (/^GIF8[79]a/.test(start)) return 'image/gif'
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : undefined
}

const readers: Readonly<Record<ImageType, (view: Buffer) => Dimensions | undefined>> = {
  'image/jpeg': readJpeg,
  'image/png': readPng,
  'image/gif': view => (view.length < 10 ? undefined : { width: view.readUInt16LE(6), height: view.readUInt16LE(8) }),
  'image/webp': readWebp,
}

function readPng(view: Buffer): Dimensions | undefined {
  if (view.length < 24 || view.readUInt32BE(8) !== 13 || view.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return { width: view.readUInt32BE(16), height: view.readUInt32BE(20) }
}

/** Goes from segment to segment, each at least two bytes on, to the first frame header. */
function readJpeg(view: Buffer): Dimensions | undefined {
  let at = 2
  while (at + 9 <= view.length && view[at] === 0xff) {
    const marker = view.readUInt8(at + 1)
    const length = view.readUInt16BE(at + 2)
    if (isFrame(marker)) return { height: view.readUInt16BE(at + 5), width: view.readUInt16BE(at + 7) }
    // A marker may have bytes FF before it.
    if (marker === 0xff) at += 1
    else if (isBeforePicture(marker) && length >= 2) at += 2 + length
    else return undefined
  }
  return undefined
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !noFrame.has(marker)
}

/** Tables, application data and comments; not the scan, behind which no frame header comes. */
function isBeforePicture(marker: number): boolean {
  return marker === 0xc4 || marker === 0xcc || marker === 0xdb || marker === 0xdd || marker >= 0xe0
}

function readWebp(view: Buffer): Dimensions | undefined {
  if (view.length < 30) return undefined
  const chunk = view.toString('latin1', 12, 16)
  if (chunk === 'VP8X') return { width: 1 + view.readUIntLE(24, 3), height: 1 + view.readUIntLE(27, 3) }
  if (chunk === 'VP8L' && view[20] === 0x2f) {
    const bits = view.readUInt32LE(21)
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
  }
  if (chunk !== 'VP8 ' || view.readUIntBE(23, 3) !== 0x9d012a) return undefined
  return { width: view.readUInt16LE(26) & 0x3fff, height: view.readUInt16LE(28) & 0x3fff }
}
