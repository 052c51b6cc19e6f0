/** The smallest files whose headers are right, and bytes behind them. */

import type { ImageType } from '../lib/image-ports.ts'

export type Size = { readonly width: number; readonly height: number }

/** The header of a picture of this type and size. */
export function headerOf(contentType: ImageType, { width, height }: Size): Buffer<ArrayBuffer> {
  return makers[contentType](width, height)
}

/** A picture of so many bytes: a right header, then bytes that differ from place to place. */
export function pictureOf(contentType: ImageType, size: Size, bytes: number): Buffer<ArrayBuffer> {
  const picture = Buffer.alloc(bytes)
  for (let at = 0; at + 4 <= bytes; at += 4) picture.writeUInt32LE(Math.imul(at + 1, 0x9e3779b1) >>> 0, at)
  headerOf(contentType, size).copy(picture)
  return picture
}

/** WebP's three forms, by the name of their first chunk. */
export const webps = {
  'VP8 ': (width: number, height: number) => webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, ...le16(width), ...le16(height)]),
  VP8L: (width: number, height: number) => {
    const bits = (width - 1) | ((height - 1) << 14)
    return webp('VP8L', [0x2f, ...le16(bits & 0xffff), ...le16(bits >>> 16), 0, 0, 0, 0, 0])
  },
  VP8X: (width: number, height: number) => webp('VP8X', [0x10, 0, 0, 0, ...le24(width - 1), ...le24(height - 1)]),
}

/** A JPEG whose frame header stands behind so many bytes of camera notes. */
export function jpegWithNotes(width: number, height: number, notes: number): Buffer<ArrayBuffer> {
  const segments: Buffer[] = []
  for (let left = notes; left > 0; left -= 65_533) {
    const length = Math.min(left, 65_533)
    segments.push(Buffer.from([0xff, 0xe1, ...be16(length + 2)]), Buffer.alloc(length, 0xff))
  }
  const frame = [0xff, 0xc2, ...be16(17), 8, ...be16(height), ...be16(width), 3]
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, Buffer.from(frame), Buffer.alloc(12)])
}

const makers: Readonly<Record<ImageType, (width: number, height: number) => Buffer<ArrayBuffer>>> = {
  'image/jpeg': (width, height) => jpegWithNotes(width, height, 14),
  'image/png': (width, height) =>
    Buffer.from([
      ...Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      0,
      0,
      0,
      13,
      ...ascii('IHDR'),
      ...be32(width),
      ...be32(height),
      8,
      6,
      0,
      0,
      0,
    ]),
  'image/gif': (width, height) => Buffer.from([...ascii('GIF89a'), ...le16(width), ...le16(height), 0, 0, 0]),
  'image/webp': webps.VP8X,
}

function webp(chunk: string, content: readonly number[]): Buffer<ArrayBuffer> {
  return Buffer.from([...ascii('RIFF'), ...le16(22), 0, 0, ...ascii('WEBP'), ...ascii(chunk), 10, 0, 0, 0, ...content])
}

const ascii = (text: string) => [...Buffer.from(text, 'latin1')]
const be16 = (n: number) => [n >>> 8, n & 0xff]
const be32 = (n: number) => [...be16(n >>> 16), ...be16(n & 0xffff)]
const le16 = (n: number) => be16(n).reverse()
const le24 = (n: number) => [...le16(n & 0xffff), n >>> 16]
