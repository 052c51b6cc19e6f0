/**
 * Marks on millions of openids: exact, in some 30 bytes each, where a Map of texts takes over a hundred.
 *
 * The 28 characters of WeChat's openids are base64url, so 21 bytes hold one without loss. They are taken by lists, of which
 * all are unpacked in one go.
 */

import type { OpenId } from '../identifiers.ts'

export type OpenIdMarks = {
  /** The marks on each openid, bits of a byte; 0 where there are none. */
  of(openids: readonly OpenId[]): Uint8Array
  /** Adds marks to each openid; answers those that it had before. */
  add(openids: readonly OpenId[], marks: number): Uint8Array
}

export const openidLength = 28
export const packedBytes = 21

/** A key fills whole words, for which comparing and mixing are quickest; the last has one byte of it, and room for the marks. */
const keyWords = 6
const lastWord = keyWords - 1
const lastMask = 0xff
const marksShift = 8
/** Zero bytes between two keys, in base64url. */
const padding = 'AAAA'
const keysPerChunk = 1 << 16
const firstSlots = 1 << 10
const fullness = 0.6

/**
 * Packed keys in chunks, so that growing copies none; a slot holds the number of a key plus one, 0 is free. `next` follows
 * the key that was found last: WeChat lists people in the same order again and again.
 */
type Table = { readonly chunks: Uint32Array[]; slots: Uint32Array; count: number; next: number }

/** Creates them, with room for as many openids as are expected; there may be more. */
export function createOpenIdMarks(expected = 0): OpenIdMarks {
  const table: Table = { chunks: [], slots: new Uint32Array(slotsFor(expected)), count: 0, next: 0 }
  // What has not the usual length cannot be packed; there is no such openid today.
  const others = new Map<OpenId, number>()
  return {
    of: openids =>
      each(openids, {
        packed: (keys, from) => marksAt(table, find(table, keys, from)),
        other: openid => others.get(openid) ?? 0,
      }),
    add: (openids, marks) =>
      each(openids, {
        packed: (keys, from) => addAt(table, find(table, keys, from), { keys, from, marks }),
        other(openid) {
          const before = others.get(openid) ?? 0
          others.set(openid, before | marks)
          return before
        },
      }),
  }
}

function slotsFor(count: number): number {
  let slots = firstSlots
  while (count > slots * fullness) slots *= 2
  return slots
}

type Visit = { packed(keys: Uint32Array, from: number): number; other(openid: OpenId): number }

/** What a visit of each openid answers. */
function each(openids: readonly OpenId[], { packed, other }: Visit): Uint8Array {
  const keys = keysOf(openids.filter(isUsual))
  const answers = new Uint8Array(openids.length)
  let from = 0
  for (const [at, openid] of openids.entries()) {
    answers[at] = isUsual(openid) ? packed(keys, from) : other(openid)
    if (isUsual(openid)) from += keyWords
  }
  return answers
}

function isUsual(openid: OpenId): boolean {
  return openid.length === openidLength
}

function keysOf(openids: readonly OpenId[]): Uint32Array {
  const keys = new Uint32Array(openids.length * keyWords)
  const text = openids.join(padding)
  const bytes = Buffer.from(keys.buffer).write(text, 'base64url')
  // Any other character would be left out, and all behind it be somebody else.
  if (bytes !== (text.length * 3) / 4) throw new RangeError('not an openid')
  return keys
}

/** The number of a key; or, if it is not there, minus the number of the free slot where it belongs, minus one. */
function find(table: Table, keys: Uint32Array, from: number): number {
  const { slots, next, count } = table
  if (next < count && isAt(table, next, keys, from)) return table.next++
  const mask = slots.length - 1
  let slot = hashOf(keys, from) & mask
  for (;;) {
    const number = (slots[slot] ?? 0) - 1
    if (number < 0) return -slot - 1
    if (isAt(table, number, keys, from)) {
      table.next = number + 1
      return number
    }
    slot = (slot + 1) & mask
  }
}

function marksAt({ chunks }: Table, number: number): number {
  if (number < 0) return 0
  const [chunk, from] = placeOf(chunks, number)
  return (chunk[from + lastWord] ?? 0) >>> marksShift
}

type Adding = { readonly keys: Uint32Array; readonly from: number; readonly marks: number }

/** Adds marks to what `find` found of the key, or the key itself with them. */
function addAt(table: Table, found: number, { keys, from, marks }: Adding): number {
  const number = found < 0 ? insert(table, -found - 1, keys, from) : found
  const [chunk, start] = placeOf(table.chunks, number)
  const word = chunk[start + lastWord] ?? 0
  chunk[start + lastWord] = word | (marks << marksShift)
  return word >>> marksShift
}

function insert(table: Table, slot: number, keys: Uint32Array, from: number): number {
  const number = table.count++
  if (number % keysPerChunk === 0) table.chunks.push(new Uint32Array(keysPerChunk * keyWords))
  const [chunk, start] = placeOf(table.chunks, number)
  for (let at = 0; at < keyWords; at++) chunk[start + at] = keys[from + at] ?? 0
  table.slots[slot] = table.count
  if (table.count > table.slots.length * fullness) grow(table)
  return number
}

function grow(table: Table): void {
  const slots = new Uint32Array(table.slots.length * 2)
  const mask = slots.length - 1
  for (let number = 1; number <= table.count; number++) {
    let slot = hashOf(...placeOf(table.chunks, number - 1)) & mask
    while (slots[slot] !== 0) slot = (slot + 1) & mask
    slots[slot] = number
  }
  table.slots = slots
}

function isAt({ chunks }: Table, number: number, keys: Uint32Array, from: number): boolean {
  const [chunk, start] = placeOf(chunks, number)
  for (let at = 0; at < lastWord; at++) if (keys[from + at] !== chunk[start + at]) return false
  return keys[from + lastWord] === ((chunk[start + lastWord] ?? 0) & lastMask)
}

function placeOf(chunks: readonly Uint32Array[], number: number): readonly [Uint32Array, number] {
  const chunk = chunks[Math.floor(number / keysPerChunk)]
  if (chunk === undefined) throw new RangeError('no such key')
  return [chunk, (number % keysPerChunk) * keyWords]
}

/** The end of an openid is as good as random, its beginning the same for a whole account; all of it is mixed. */
function hashOf(words: Uint32Array, from: number): number {
  let hash = 0
  for (let at = 0; at < keyWords; at++) {
    const word = words[from + at] ?? 0
    hash = Math.imul(hash ^ (at === lastWord ? word & lastMask : word), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}
