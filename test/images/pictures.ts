/** The smallest files whose headers are right, and bytes behind them. */

import { crc32 } from 'node:zlib'

import type { ImageType } from '../../lib/images/ports.ts'

export type Size = { readonly width: number; readonly height: number }

/** The header of a picture of this type and size. */
export function headerOf(contentType: ImageType, { width, height }: Size): Buffer<ArrayBuffer> {
  return makers[contentType](width, height)
}

/** A whole picture of so many bytes, without metadata; what is instead of its pixels differs from place to place. */
export function pictureOf(contentType: ImageType, size: Size, bytes: number): Buffer<ArrayBuffer> {
  const without = wholes[contentType](size, Buffer.alloc(0)).length
  const data = Buffer.alloc(bytes - without)
  for (let at = 0; at + 4 <= data.length; at += 4)
    data.writeUInt32LE((Math.imul(at + 1, 0x9e3779b1) & 0xfefefefe) >>> 0, at)
  return wholes[contentType](size, data).subarray(0, bytes)
}

const wholes: Readonly<Record<ImageType, (size: Size, data: Buffer) => Buffer<ArrayBuffer>>> = {
  'image/jpeg': (size, data) => jpegOf(size, [], data),
  'image/png': (size, data) => pngOf(size, [], data),
  'image/webp': (size, data) => webpOf(size, [webpChunk('VP8 ', data)]),
  'image/gif': (size, data) => {
    // In one run each byte would be the length of another.
    const count = Math.ceil(data.length / 256)
    for (let run = 0; run < count; run += 1) data[run * 256] = Math.min(255, data.length - run * 256 - 1)
    return gifOf(size, [Buffer.concat([gifFrame(size).subarray(0, -4), data, Buffer.alloc(1)])])
  },
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

/** A JPEG, PNG or WebP whose notes tell an orientation and, as a camera's do, where and when it was taken. */
export const withNotes = {
  'image/jpeg': (size: Size, notes: Buffer) => jpegOf(size, [segment(0xe1, Buffer.concat([ascii('Exif\0\0'), notes]))]),
  'image/png': (size: Size, notes: Buffer) => pngOf(size, [pngChunk('eXIf', notes)]),
  'image/webp': (size: Size, notes: Buffer) => webpOf(size, [webpChunk('EXIF', notes)], 0x08),
}

/** The place in a camera's notes; nothing else of a picture holds it. */
export const notedPlace = '39.9042N116'

/** What a camera notes: place and time in each byte order, with the orientation behind them. */
export function cameraNotes(orientation: number, order: 'II' | 'MM' = 'II'): Buffer {
  const notes = Buffer.alloc(26 + 24)
  const [short, long] =
    order === 'II' ? (['writeUInt16LE', 'writeUInt32LE'] as const) : (['writeUInt16BE', 'writeUInt32BE'] as const)
  notes.write(order === 'II' ? 'II*\0' : 'MM\0*', 'latin1')
  notes[long](8, 4)
  notes[short](2, 8)
  const entry = (at: number, tag: number, value: number) => {
    notes[short](tag, at)
    notes[short](3, at + 2)
    notes[long](1, at + 4)
    notes[short](value, at + 8)
  }
  entry(10, 0x0100, 640)
  entry(22, 0x0112, orientation)
  notes.write(notedPlace, 38, 'latin1')
  return notes
}

/** Data of a scan, with all that FF may stand before. */
const restarts = Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xff, 0xd1])

/** A whole JPEG: these segments before its frame, a scan, and its end. */
export function jpegOf(
  { width, height }: Size,
  segments: readonly Buffer[] = [],
  data: Buffer = restarts,
): Buffer<ArrayBuffer> {
  const frame = segment(0xc0, Buffer.from([8, ...be16(height), ...be16(width), 1, 1, 0x11, 0]))
  const scan = segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0]))
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, frame, scan, data, Buffer.from([0xff, 0xd9])])
}

export function segment(marker: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xff, marker, ...be16(content.length + 2)]), content])
}

/** A whole PNG: these chunks between its head and its data. */
export function pngOf(
  { width, height }: Size,
  chunks: readonly Buffer[] = [],
  pixels: Buffer = ascii('data'),
): Buffer<ArrayBuffer> {
  const head = pngChunk('IHDR', Buffer.from([...be32(width), ...be32(height), 8, 6, 0, 0, 0]))
  const data = pngChunk('IDAT', pixels)
  return Buffer.concat([ascii('\x89PNG\r\n\x1a\n'), head, ...chunks, data, pngChunk('IEND', Buffer.alloc(0))])
}

export function pngChunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([ascii(type), content])
  return Buffer.concat([Buffer.from(be32(content.length)), named, Buffer.from(be32(crc32(named)))])
}

/** A frame of an animated PNG that stands so far from the canvas's corner. */
export function pngFrame({ width, height }: Size, left = 0, top = 0): Buffer {
  return pngChunk('fcTL', Buffer.from([0, 0, 0, 0, ...[width, height, left, top].flatMap(be32), 0, 1, 0, 1, 0, 0]))
}

/** A whole extended WebP: its canvas, lossy data, and these chunks behind them. */
export function webpOf({ width, height }: Size, chunks: readonly Buffer[] = [], flags = 0): Buffer<ArrayBuffer> {
  const canvas = webpChunk('VP8X', Buffer.from([flags, 0, 0, 0, ...le24(width - 1), ...le24(height - 1)]))
  const body = Buffer.concat([ascii('WEBP'), canvas, lossy({ width, height }), ...chunks])
  return Buffer.concat([ascii('RIFF'), le32(body.length), body])
}

export function webpChunk(type: string, content: Buffer): Buffer {
  return Buffer.concat([ascii(type), le32(content.length), content, Buffer.alloc(content.length % 2)])
}

/** A frame of an animated WebP that stands so far from the canvas's corner; places are even. */
export function webpFrame(size: Size, { left = 0, top = 0, inside = lossy(size) } = {}): Buffer {
  const place = [left / 2, top / 2, size.width - 1, size.height - 1].flatMap(le24)
  return webpChunk('ANMF', Buffer.concat([Buffer.from([...place, 0, 0, 0, 0]), inside]))
}

export function lossy({ width, height }: Size): Buffer {
  return webpChunk('VP8 ', Buffer.from([0, 0, 0, 0x9d, 0x01, 0x2a, ...le16(width), ...le16(height), 7]))
}

/** A whole GIF: its screen, these blocks, and its trailer. */
export function gifOf(
  { width, height }: Size,
  blocks: readonly Buffer[] = [gifFrame({ width, height })],
): Buffer<ArrayBuffer> {
  const screen = Buffer.from([...le16(width), ...le16(height), 0x80, 0, 0, 0, 0, 0, 255, 255, 255])
  return Buffer.concat([ascii('GIF89a'), screen, ...blocks, ascii(';')])
}

export function gifFrame({ width, height }: Size, left = 0, top = 0): Buffer {
  return Buffer.from([0x2c, ...[left, top, width, height].flatMap(le16), 0, 2, 2, 0x44, 0x01, 0])
}

export function gifExtension(label: number, ...runs: string[]): Buffer {
  return Buffer.concat([
    Buffer.from([0x21, label]),
    ...runs.map(it => ascii(`${String.fromCharCode(it.length)}${it}`)),
    Buffer.alloc(1),
  ])
}

const makers: Readonly<Record<ImageType, (width: number, height: number) => Buffer<ArrayBuffer>>> = {
  'image/jpeg': (width, height) => jpegWithNotes(width, height, 14),
  'image/png': (width, height) => pngOf({ width, height }).subarray(0, 33),
  'image/gif': (width, height) => Buffer.from([...ascii('GIF89a'), ...le16(width), ...le16(height), 0, 0, 0]),
  'image/webp': webps.VP8X,
}

function webp(chunk: string, content: readonly number[]): Buffer<ArrayBuffer> {
  return Buffer.from([...ascii('RIFF'), ...le16(22), 0, 0, ...ascii('WEBP'), ...ascii(chunk), 10, 0, 0, 0, ...content])
}

export const ascii = (text: string) => Buffer.from(text, 'latin1')
const be16 = (n: number) => [n >>> 8, n & 0xff]
const be32 = (n: number) => [...be16(n >>> 16), ...be16(n & 0xffff)]
const le16 = (n: number) => be16(n).reverse()
const le32 = (n: number) => Buffer.from(be32(n).reverse())
const le24 = (n: number) => [...le16(n & 0xffff), n >>> 16]
