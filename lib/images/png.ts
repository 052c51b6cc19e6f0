/** Surveys a PNG, animated or not, chunk by chunk: its canvas, its frames, and the chunks needed to display it. */

import { crc32 } from 'node:zlib'

import { orientationAlone, orientationIn } from './exif.ts'
import { type Element, type Survey, survey } from './survey.ts'

export const pngSignature = '\x89PNG\r\n\x1a\n'

/** The chunks that decoders use; texts, times and private chunks are not among them. */
const needed: ReadonlySet<string> = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'bKGD', 'pHYs', 'acTL', 'fcTL', 'fdAT'],
  ...['cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'cICP', 'mDCV', 'cLLI', 'mDCv', 'cLLi'],
])

/** Surveys a whole PNG; bytes after its end are dropped, like metadata. */
export function surveyPng(view: Buffer): Survey | undefined {
  return survey(view, elementsOf(view))
}

function* elementsOf(view: Buffer): Iterable<Element> {
  const start = pngSignature.length
  if (view.length < start + 25 || view.readUInt32BE(start) !== 13 || typeAt(view, start) !== 'IHDR') return
  yield { keep: [view.subarray(0, start)] }
  let hasNotes = false
  for (let at = start; at + 12 <= view.length; ) {
    const type = typeAt(view, at)
    const to = at + 12 + view.readUInt32BE(at)
    const [whole, content] = [view.subarray(at, to), view.subarray(at + 8, to - 4)]
    yield type === 'eXIf' && !hasNotes ? orientationOf(content) : elementOf(type, whole, content)
    hasNotes ||= type === 'eXIf'
    if (type === 'IEND') return
    at = to
  }
}

function elementOf(type: string, whole: Buffer, content: Buffer): Element {
  return { keep: needed.has(type) ? [whole] : [], ...claimOf(type, content) }
}

function typeAt(view: Buffer, at: number): string {
  return view.toString('latin1', at + 4, at + 8)
}

/** The size in a chunk: the canvas, or a frame, which may exceed the canvas. */
function claimOf(type: string, content: Buffer): Pick<Element, 'reach' | 'isFrame'> {
  if (type === 'IHDR' && content.length >= 8) {
    return { reach: { width: content.readUInt32BE(0), height: content.readUInt32BE(4) } }
  }
  if (type !== 'fcTL' || content.length < 20) return {}
  const [width, height, left, top] = [4, 8, 12, 16].map(at => content.readUInt32BE(at))
  return { reach: { width: (left ?? 0) + (width ?? 0), height: (top ?? 0) + (height ?? 0) }, isFrame: true }
}

function orientationOf(content: Buffer): Element {
  const orientation = orientationIn(content)
  const notes = orientationAlone(orientation)
  return { keep: notes ? [chunkOf('eXIf', notes)] : [], orientation }
}

function chunkOf(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + content.length)
  chunk.writeUInt32BE(content.length)
  chunk.write(type, 4, 'latin1')
  content.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
  return chunk
}
