/** Writes an animated PNG: what shows it not moving shows its first frame. */
import { deflateSync } from 'node:zlib'
import { pngChunk, pngSignature } from '../../../local/png.ts'
import { choosePalette, transparent } from './palette.ts'
import type { Picture } from './read-png.ts'

/** A picture of the film, and how long it is shown. */
export type Frame = { readonly picture: Picture; readonly ms: number }

type Part = { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
type Numbers = { readonly width: number; readonly height: number; readonly numbers: Buffer }

const paletteColour = 3
const over = 1

/** Writes frames of one size; it is played again and again. Throws if there are none. */
export function writeApng(frames: readonly Frame[]): Buffer {
  const [first] = frames
  if (first === undefined) throw new Error('a film needs a frame')
  const palette = choosePalette(frames.map(it => it.picture))
  const { width, height } = first.picture
  const pictures = frames.map(({ picture }) => ({ width, height, numbers: palette.numbersOf(picture) }))
  return Buffer.concat([
    pngSignature,
    pngChunk('IHDR', Buffer.concat([uint32(width, height), Buffer.from([8, paletteColour, 0, 0, 0])])),
    pngChunk('acTL', uint32(frames.length, 0)),
    pngChunk('PLTE', palette.colours),
    pngChunk('tRNS', Buffer.from([0])),
    ...pictures.flatMap((it, at) => frameChunks(it, { before: pictures[at - 1], at, ms: frames[at]?.ms ?? 0 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

type Place = { readonly before: Numbers | undefined; readonly at: number; readonly ms: number }

/** Of a later frame only the part that changed, in which what stayed is transparent. The chunks of a film count from 0. */
function frameChunks(picture: Numbers, { before, at, ms }: Place): Buffer[] {
  const part = before === undefined ? { left: 0, top: 0, ...picture } : changedPart(before, picture)
  const data = deflateSync(rowsOf(picture, part, before), { level: 9, memLevel: 9 })
  const number = Math.max(0, at * 2 - 1)
  const place = uint32(number, part.width, part.height, part.left, part.top)
  const timing = Buffer.from([ms >> 8, ms & 0xff, 1000 >> 8, 1000 & 0xff, 0, at === 0 ? 0 : over])
  const control = pngChunk('fcTL', Buffer.concat([place, timing]))
  if (at === 0) return [control, pngChunk('IDAT', data)]
  return [control, pngChunk('fdAT', Buffer.concat([uint32(number + 1), data]))]
}

/** The smallest rectangle with all that differs; one pixel if nothing does. */
function changedPart(before: Numbers, { width, height, numbers }: Numbers): Part {
  let [left, right, top, bottom] = [width, -1, height, -1]
  for (let at = 0; at < numbers.length; at += 1) {
    if (numbers[at] === before.numbers[at]) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    ;[left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)]
  }
  if (right === -1) return { left: 0, top: 0, width: 1, height: 1 }
  return { left, top, width: right - left + 1, height: bottom - top + 1 }
}

/** Rows without a filter, which suits colours by number. */
function rowsOf({ width: full, numbers }: Numbers, part: Part, before: Numbers | undefined): Buffer {
  const { left, top, width, height } = part
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = (top + y) * full + left + x
      const number = numbers[at] ?? transparent
      rows[y * (width + 1) + x + 1] = before?.numbers[at] === number ? transparent : number
    }
  return rows
}

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4)
  return bytes
}
