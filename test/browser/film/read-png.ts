/** Reads the PNGs that Chromium's screenshots are: eight bits a channel, not interlaced. */
import { inflateSync } from 'node:zlib'
import { pngSignature } from '../../../local/png.ts'

/** A picture in rows from above, three bytes a pixel: red, green, blue. */
export type Picture = { readonly width: number; readonly height: number; readonly pixels: Buffer }

const channelsOf: Readonly<Record<number, number>> = { 2: 3, 6: 4 }
const bitsPerChannel = 8

/** Reads one; throws on any other kind of PNG. */
export function readPng(bytes: Buffer): Picture {
  const chunks = chunksOf(bytes)
  const header = chunks.find(it => it.type === 'IHDR')?.data ?? Buffer.alloc(13)
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const channels = channelsOf[header[9] ?? 0]
  if (channels === undefined || header[8] !== bitsPerChannel || header[12] !== 0)
    throw new Error('this PNG is not as Chromium writes them')
  const data = Buffer.concat(chunks.filter(it => it.type === 'IDAT').map(it => it.data))
  const rows = unfilter(inflateSync(data), { stride: width * channels, height, channels })
  return { width, height, pixels: channels === 3 ? rows : withoutAlpha(rows) }
}

function chunksOf(bytes: Buffer) {
  const chunks: { type: string; data: Buffer }[] = []
  let at = pngSignature.length
  while (at < bytes.length) {
    const length = bytes.readUInt32BE(at)
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) })
    at += length + 12
  }
  return chunks
}

type Shape = { readonly stride: number; readonly height: number; readonly channels: number }

/** Each row begins with the number of its filter, by which it says only what differs from its neighbours. */
function unfilter(rows: Buffer, { stride, height, channels }: Shape): Buffer {
  // A pixel of nothing at the left and a row of nothing above, so that each byte has neighbours.
  const wide = stride + channels
  const pixels = Buffer.alloc(wide * (height + 1))
  for (let y = 0; y < height; y += 1) {
    const from = y * (stride + 1)
    const filter = byteAt(rows, from)
    for (let x = 0; x < stride; x += 1) {
      const at = (y + 1) * wide + channels + x
      const [left, above] = [byteAt(pixels, at - channels), byteAt(pixels, at - wide)]
      pixels[at] = byteAt(rows, from + x + 1) + predict(filter, left, above, byteAt(pixels, at - wide - channels))
    }
  }
  return Buffer.concat(
    Array.from({ length: height }, (_, y) => pixels.subarray((y + 1) * wide + channels, (y + 2) * wide)),
  )
}

const byteAt = (bytes: Buffer, at: number): number => bytes[at] ?? 0

function predict(filter: number, left: number, above: number, corner: number): number {
  if (filter === 4) return paeth(left, above, corner)
  return [0, left, above, (left + above) >> 1][filter] ?? 0
}

/** Of the three neighbours the one that is nearest to left + above − corner. */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const [toLeft, toAbove, toCorner] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}

function withoutAlpha(rows: Buffer): Buffer {
  const pixels = Buffer.alloc((rows.length / 4) * 3)
  for (let at = 0; at < rows.length / 4; at += 1) rows.copy(pixels, at * 3, at * 4, at * 4 + 3)
  return pixels
}
