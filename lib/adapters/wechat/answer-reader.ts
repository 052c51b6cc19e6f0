/**
 * Reads HTTP/1.1 answers from the bytes of one connection (RFC 9112), in whatever pieces they come.
 *
 * Strict: what node:http would forgive, and what would leave in doubt where an answer ends, counts as no answer.
 */

import { readBody } from './answer-body.ts'
import { type Head, NotHttp, parseHead } from './answer-head.ts'

export type RawAnswer = Head & { readonly body: Buffer }

export type AnswerReader = {
  /** Takes what came; returns the answer once it is whole. Throws NotHttp, and AnswerTooLarge. */
  read(bytes: Buffer): RawAnswer | undefined
  /** The other side has closed the connection, by which an answer without a length ends. */
  end(): RawAnswer | undefined
  /** Whether a part of an answer is there. */
  isAmid(): boolean
}

/** Node's own limit. */
const maxHeadBytes = 16 * 1024
const nothing = Buffer.alloc(0)
const mark = '\r\n\r\n'

/** Creates the reader of a connection, for one answer after another; a body has at most so many bytes. */
export function createAnswerReader(maxBodyBytes: number): AnswerReader {
  let unread: Buffer = nothing
  let current: { readonly head: Head; readonly body: ReturnType<typeof readBody> } | undefined

  const finish = (head: Head, body: Buffer, surplus: boolean): RawAnswer => {
    current = undefined
    unread = nothing
    // Nobody asked for more: where the next answer begins is in doubt.
    return { ...head, body, keepSeconds: surplus ? 0 : head.keepSeconds }
  }
  const readHead = (bytes: Buffer): Buffer | undefined => {
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes])
    const end = endOfHead(unread)
    if (end < 0) return undefined
    const head = parseHead(unread.toString('latin1', 0, end))
    const rest = unread.subarray(end + mark.length)
    unread = nothing
    if (head.status < 200) return readHead(rest)
    current = { head, body: readBody(head.framing, maxBodyBytes) }
    return rest
  }

  return {
    read(bytes) {
      const rest = current === undefined ? readHead(bytes) : bytes
      if (current === undefined || rest === undefined) return undefined
      const { head, body } = current
      const whole = body.read(rest)
      return whole === undefined ? undefined : finish(head, whole.bytes, whole.surplus)
    },
    end() {
      if (current?.head.framing !== 'close') return undefined
      return finish(current.head, current.body.sofar(), false)
    },
    isAmid: () => current !== undefined || unread.length > 0,
  }
}

/** Where a head ends; negative if that is yet to come. */
function endOfHead(bytes: Buffer): number {
  const end = bytes.indexOf(mark)
  if (Math.max(end, end < 0 ? bytes.length : 0) > maxHeadBytes) throw new NotHttp('a head too long')
  return end
}
