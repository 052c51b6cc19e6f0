/** Surveys a GIF, block by block: its screen, its frames, and the blocks needed to display it. */

import { type Element, type Survey, survey } from './survey.ts'

const headerBytes = 13
const separator = { extension: 0x21, frame: 0x2c, trailer: 0x3b }
const separators: ReadonlySet<number | undefined> = new Set(Object.values(separator))
const label = { plainText: 0x01, control: 0xf9, application: 0xff }
/** The loop count, under either name, and the colour profile. */
const neededApplications: ReadonlySet<string> = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012'])

/** Surveys a whole GIF; bytes after its trailer are dropped, like metadata. */
export function surveyGif(view: Buffer): Survey | undefined {
  return view.length < headerBytes ? undefined : survey(view, elementsOf(view))
}

function* elementsOf(view: Buffer): Iterable<Element> {
  let at = headerBytes + paletteBytes(view[10])
  yield { keep: [view.subarray(0, at)], reach: { width: view.readUInt16LE(6), height: view.readUInt16LE(8) } }
  while (at < view.length) {
    const to = endOf(view, at)
    yield elementOf(view, at, to)
    if (view[at] === separator.trailer) return
    at = to
  }
}

/** Returns the end of the block that begins here. An unknown byte is skipped, as some decoders do. */
function endOf(view: Buffer, at: number): number {
  const first = view[at]
  if (first === separator.extension) return endOfData(view, at + 2)
  // Nine bytes of a frame, its palette, and the code size.
  if (first === separator.frame) return endOfData(view, at + 11 + paletteBytes(view[at + 9]))
  let to = at + 1
  while (to < view.length && !separators.has(view[to])) to += 1
  return to
}

/** Data consists of runs of up to 255 bytes, each prefixed by its length; a zero length ends it. */
function endOfData(view: Buffer, from: number): number {
  let at = from
  for (let length = view[at]; length !== undefined && length > 0; length = view[at]) at += 1 + length
  return at + 1
}

function paletteBytes(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}

function elementOf(view: Buffer, at: number, to: number): Element {
  const whole = { keep: [view.subarray(at, to)] }
  if (view[at] === separator.frame && at + 9 <= view.length)
    return { ...whole, reach: reachAt(view, at), isFrame: true }
  if (view[at] === separator.trailer) return { keep: [view.subarray(at, at + 1)] }
  return view[at] === separator.extension && isNeeded(view, at) ? whole : { keep: [] }
}

/** A frame may exceed the screen: decoders enlarge it, or crop the frame. */
function reachAt(view: Buffer, at: number) {
  const [left = 0, top = 0, width = 0, height = 0] = [1, 3, 5, 7].map(it => view.readUInt16LE(at + it))
  return { width: left + width, height: top + height }
}

function isNeeded(view: Buffer, at: number): boolean {
  const kind = view[at + 1]
  if (kind === label.application) return neededApplications.has(view.toString('latin1', at + 3, at + 14))
  return kind === label.control || kind === label.plainText
}
