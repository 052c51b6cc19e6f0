/** Goes through a GIF, block by block: its screen, its frames, and all that is needed to show it. */

import { type Element, type Survey, survey } from './survey.ts'

const headerBytes = 13
const separator = { extension: 0x21, frame: 0x2c, trailer: 0x3b }
const separators: ReadonlySet<number | undefined> = new Set(Object.values(separator))
const label = { plainText: 0x01, control: 0xf9, application: 0xff }
/** How often it is played, by either name, and its colours. */
const neededApplications: ReadonlySet<string> = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012'])

/** Surveys a whole GIF; what comes behind its trailer is dropped with its metadata. */
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

/** Where the block that begins here ends. Some decoders look for the next one behind what is none: so is it done here. */
function endOf(view: Buffer, at: number): number {
  const first = view[at]
  if (first === separator.extension) return endOfData(view, at + 2)
  // Nine bytes of a frame, its palette, and the size of its codes.
  if (first === separator.frame) return endOfData(view, at + 11 + paletteBytes(view[at + 9]))
  let to = at + 1
  while (to < view.length && !separators.has(view[to])) to += 1
  return to
}

/** Data come in runs of up to 255 bytes, each behind its length, up to one of nought. */
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

/** A frame need not keep to the screen: decoders make room for it, or cut it off. */
function reachAt(view: Buffer, at: number) {
  const [left = 0, top = 0, width = 0, height = 0] = [1, 3, 5, 7].map(it => view.readUInt16LE(at + it))
  return { width: left + width, height: top + height }
}

function isNeeded(view: Buffer, at: number): boolean {
  const kind = view[at + 1]
  if (kind === label.application) return neededApplications.has(view.toString('latin1', at + 3, at + 14))
  return kind === label.control || kind === label.plainText
}
