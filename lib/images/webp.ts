/** Surveys a WebP, chunk by chunk: its canvas, its frames, and the chunks needed to display it. */

import { orientationAlone, orientationIn, upright } from './exif.ts'
import { type Element, type Survey, survey } from './survey.ts'

type Chunk = { readonly type: string; readonly whole: Buffer; readonly content: Buffer }

const headerBytes = 12
const needed: ReadonlySet<string> = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ICCP', 'ANIM'])
/** Flags of VP8X: whether there is a chunk of that name. */
const flag = { exif: 0x08, xmp: 0x04 }
const frameBytes = 16

/** Surveys a whole WebP; unneeded chunks and bytes after its end are dropped, like metadata. */
export function surveyWebp(view: Buffer): Survey | undefined {
  // The size includes its own four letters WEBP.
  return survey(view, elementsOf(view), bare => bare.writeUInt32LE(bare.length - 8, 4))
}

function* elementsOf(view: Buffer): Iterable<Element> {
  if (view.length < headerBytes + 8) return
  const all = view.subarray(headerBytes, 8 + view.readUInt32LE(4))
  const orientation = orientationOf(all)
  let notes = orientationAlone(orientation)
  yield { keep: [view.subarray(0, headerBytes)], orientation }
  for (const it of chunksOf(all)) {
    if (it.type === 'VP8X' && it.content.length >= 10) yield canvasOf(it, orientation)
    else if (it.type === 'ANMF') yield* frameOf(it)
    else yield elementOf(it)
    if (it.type !== 'EXIF' || notes === undefined) continue
    yield { keep: [headOf('EXIF', notes.length), notes] }
    notes = undefined
  }
}

/** Chunks begin at even offsets; a truncated chunk is as long as what is left. */
function* chunksOf(view: Buffer): Iterable<Chunk> {
  for (let at = 0; at + 8 <= view.length; ) {
    const size = view.readUInt32LE(at + 4)
    const to = at + 8 + size + (size % 2)
    const type = view.toString('latin1', at, at + 4)
    yield { type, whole: view.subarray(at, to), content: view.subarray(at + 8, at + 8 + size) }
    at = to
  }
}

/** EXIF counts only if VP8X announces it; some EXIF data begins with JPEG's prefix. */
function orientationOf(all: Buffer): number {
  let isAnnounced = false
  for (const { type, content } of chunksOf(all)) {
    if (type === 'VP8X') isAnnounced = ((content[0] ?? 0) & flag.exif) !== 0
    if (type !== 'EXIF' || !isAnnounced) continue
    return orientationIn(content.toString('latin1', 0, 6) === 'Exif\0\0' ? content.subarray(6) : content)
  }
  return upright
}

function canvasOf({ whole, content }: Chunk, orientation: number): Element {
  const canvas = Buffer.from(whole)
  const flags = (content[0] ?? 0) & ~(flag.exif | flag.xmp)
  canvas[8] = orientation === upright ? flags : flags | flag.exif
  return { keep: [canvas], reach: { width: 1 + content.readUIntLE(4, 3), height: 1 + content.readUIntLE(7, 3) } }
}

/** A frame of an animation: its position, and chunks of its own. It may exceed the canvas. */
function* frameOf({ content }: Chunk): Iterable<Element> {
  if (content.length < frameBytes) return
  const [left = 0, top = 0, width = 0, height = 0] = [0, 3, 6, 9].map(at => content.readUIntLE(at, 3))
  const reach = { width: 2 * left + width + 1, height: 2 * top + height + 1 }
  const chunks = content.subarray(frameBytes)
  let size = frameBytes
  for (const { type, whole } of chunksOf(chunks)) size += needed.has(type) ? whole.length : 0
  yield { keep: [headOf('ANMF', size), content.subarray(0, frameBytes)], reach, isFrame: true }
  for (const it of chunksOf(chunks)) yield elementOf(it)
  if (size % 2 === 1) yield { keep: [Buffer.alloc(1)] }
}

function elementOf({ type, whole, content }: Chunk): Element {
  const reach = content.length < 10 ? undefined : sizeIn(type, content)
  return { keep: needed.has(type) ? [whole] : [], ...(reach === undefined ? {} : { reach }) }
}

function sizeIn(type: string, content: Buffer) {
  if (type === 'VP8L' && content[0] === 0x2f) {
    const bits = content.readUInt32LE(1)
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
  }
  if (type !== 'VP8 ' || content.readUIntBE(3, 3) !== 0x9d012a) return undefined
  return { width: content.readUInt16LE(6) & 0x3fff, height: content.readUInt16LE(8) & 0x3fff }
}

function headOf(type: string, size: number): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32LE(size, 4)
  return head
}
