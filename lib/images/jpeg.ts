/** Surveys a JPEG, segment by segment: its frame, its orientation, and the segments needed to display it. */

import { orientationAlone, orientationIn } from './exif.ts'
import { type Element, type Survey, survey } from './survey.ts'

/** `to` is where the next one may begin. */
type Segment = { readonly marker: number; readonly whole: Buffer; readonly content: Buffer; readonly to: number }

const nothing: Element = { keep: [] }
const none = { width: 0, height: 0 }
/** Frame headers: C0 to CF except the tables and the extension among them; the header of hierarchical frames. */
const noFrame: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc])
const hierarchy = 0xde
const scan = 0xda
const end = 0xd9
/** Huffman and arithmetic tables, quantisation, number of lines, restarts, expansion; scans, and the end. */
const needed: ReadonlySet<number> = new Set([0xc4, 0xcc, 0xdb, 0xdc, 0xdd, 0xdf, scan, end])
const exif = 'Exif\0'
/** After `Exif` and two zero bytes. */
const exifBytes = 6
/** Up to the thumbnail, which may show what was cropped away. */
const jfifBytes = 14

/** Surveys a whole JPEG; bytes after its end are dropped, like metadata. */
export function surveyJpeg(view: Buffer): Survey | undefined {
  return survey(view, elementsOf(view))
}

function* elementsOf(view: Buffer): Iterable<Element> {
  yield { keep: [view.subarray(0, 2)] }
  let at = 2
  let hasNotes = false
  for (let it = segmentAt(view, at); it !== undefined; it = segmentAt(view, at)) {
    // Viewers use the first EXIF segment.
    const isNotes = it.marker === 0xe1 && startsWith(it.content, exif)
    yield isNotes && !hasNotes ? orientationOf(it.content) : elementOf(it)
    hasNotes ||= isNotes
    if (it.marker === end) return
    at = it.to
  }
}

/** The next segment, with any FF bytes before its marker, and the data of a scan. */
function segmentAt(view: Buffer, from: number): Segment | undefined {
  // Decoders skip anything between segments.
  const start = view[from] === 0xff ? from : nextMarker(view, from)
  let at = start
  while (view[at + 1] === 0xff) at += 1
  const marker = view[at + 1] ?? 0
  const whole = (to: number) => ({ marker, whole: view.subarray(start, to), to })
  if (marker === end) return { ...whole(at + 2), content: view.subarray(0, 0) }
  if (!isKnown(marker) || at + 4 > view.length) return undefined
  const length = view.readUInt16BE(at + 2)
  const to = at + 2 + length
  if (length < 2) return undefined
  return { ...whole(marker === scan ? nextMarker(view, to) : to), content: view.subarray(at + 4, to) }
}

function isKnown(marker: number): boolean {
  return isFrame(marker) || needed.has(marker) || (marker >= 0xe0 && marker <= 0xfe)
}

function isFrame(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf && !noFrame.has(marker)) || marker === hierarchy
}

function elementOf({ marker, whole, content }: Segment): Element {
  if (isFrame(marker)) return { keep: [whole], reach: sizeIn(content) }
  if (marker === 0xe0 && startsWith(content, 'JFIF\0')) return { keep: [jfifOf(whole, content)] }
  return needed.has(marker) || isColour(marker, content) ? { keep: [whole] } : nothing
}

/** Colour profiles, and the colour space of the frame. */
function isColour(marker: number, content: Buffer): boolean {
  return marker === 0xe2 ? startsWith(content, 'ICC_PROFILE\0') : marker === 0xee && startsWith(content, 'Adobe')
}

function sizeIn(content: Buffer) {
  if (content.length < 5) return none
  return { height: content.readUInt16BE(1), width: content.readUInt16BE(3) }
}

function jfifOf(whole: Buffer, content: Buffer): Buffer {
  if (content.length <= jfifBytes) return whole
  return segmentOf(0xe0, Buffer.concat([content.subarray(0, jfifBytes - 2), Buffer.alloc(2)]))
}

function orientationOf(content: Buffer): Element {
  const orientation = orientationIn(content.subarray(exifBytes))
  const notes = orientationAlone(orientation)
  return { keep: notes ? [segmentOf(0xe1, Buffer.concat([Buffer.from(`${exif}\0`), notes]))] : [], orientation }
}

function segmentOf(marker: number, content: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(content.length + 2)
  return Buffer.concat([Buffer.from([0xff, marker]), length, content])
}

/** The next marker; within scan data FF is followed by 00, a restart, or another FF. */
function nextMarker(view: Buffer, from: number): number {
  for (let at = from; at + 1 < view.length; at++) {
    if (view[at] === 0xff && !isData(view[at + 1] ?? 0)) return at
  }
  return view.length
}

function isData(second: number): boolean {
  return second === 0 || second === 0xff || (second >= 0xd0 && second <= 0xd7)
}

function startsWith(content: Buffer, text: string): boolean {
  return content.toString('latin1', 0, text.length) === text
}
