/** The body of an HTTP/1.1 answer, piece by piece. */

import { type Framing, NotHttp } from './answer-head.ts'

/** The body has more bytes than any answer that is meant. */
export class AnswerTooLarge extends Error {}

/** `surplus`: more came than belongs to it. */
type Whole = { readonly bytes: Buffer; readonly surplus: boolean }
type BodyReader = { read(bytes: Buffer): Whole | undefined; sofar(): Buffer }

/** The size of a chunk, with what may follow it. */
const maxLineBytes = 1024

/** Creates the reader of one body of at most so many bytes. */
export function readBody(framing: Framing, maxBytes: number): BodyReader {
  const pieces = collect(maxBytes)
  if (framing === 'chunked') return readChunks(pieces)
  const length = framing === 'close' ? Number.POSITIVE_INFINITY : framing
  return {
    sofar: pieces.all,
    read(bytes) {
      const missing = length - pieces.size()
      pieces.add(bytes.length > missing ? bytes.subarray(0, missing) : bytes)
      return pieces.size() < length ? undefined : { bytes: pieces.all(), surplus: bytes.length > missing }
    },
  }
}

type Pieces = ReturnType<typeof collect>

function collect(maxBytes: number) {
  const pieces: Buffer[] = []
  let size = 0
  return {
    size: () => size,
    add(bytes: Buffer) {
      size += bytes.length
      if (size > maxBytes) throw new AnswerTooLarge()
      pieces.push(bytes)
    },
    all(): Buffer {
      const [only, ...others] = pieces
      return only === undefined || others.length > 0 ? Buffer.concat(pieces) : only
    },
  }
}

/** Reads chunks until the empty one, and drops what trails it. */
function readChunks(pieces: Pieces): BodyReader {
  const lines = createLines()
  let missing = 0
  let state: 'size' | 'data' | 'mark' | 'trailer' | 'whole' = 'size'

  /** Each does what it can with what is there; tells whether it came to its end. */
  const steps = {
    size: () =>
      lines.take(text => {
        missing = sizeOf(text)
        state = missing === 0 ? 'trailer' : 'data'
      }),
    data() {
      const data = lines.bytes(missing)
      pieces.add(data)
      missing -= data.length
      if (missing === 0) state = 'mark'
      return missing === 0
    },
    mark: () =>
      lines.take(text => {
        if (text !== '') throw new NotHttp('a chunk of another size')
        state = 'size'
      }),
    trailer: () =>
      lines.take(text => {
        if (text === '') state = 'whole'
      }),
    whole: () => false,
  }
  return {
    sofar: pieces.all,
    read(bytes) {
      lines.add(bytes)
      while (steps[state]());
      return state === 'whole' ? { bytes: pieces.all(), surplus: !lines.isEmpty() } : undefined
    },
  }
}

/** What has come and is not read yet. */
function createLines() {
  let unread: Buffer = Buffer.alloc(0)
  return {
    isEmpty: () => unread.length === 0,
    add(bytes: Buffer) {
      unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes])
    },
    /** At most so many bytes. */
    bytes(count: number): Buffer {
      const taken = unread.subarray(0, count)
      unread = unread.subarray(taken.length)
      return taken
    },
    /** Reads the next line, without its end; tells whether there is one. */
    take(read: (text: string) => void): boolean {
      const end = unread.indexOf('\r\n')
      if (Math.max(end, end < 0 ? unread.length : 0) > maxLineBytes) throw new NotHttp('a line too long')
      if (end < 0) return false
      const text = unread.toString('latin1', 0, end)
      unread = unread.subarray(end + 2)
      read(text)
      return true
    },
  }
}

function sizeOf(line: string): number {
  const digits = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/.exec(line)?.[1]
  if (digits === undefined) throw new NotHttp('a chunk without a size')
  return Number.parseInt(digits, 16)
}
