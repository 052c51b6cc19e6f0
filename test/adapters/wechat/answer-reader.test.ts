import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerTooLarge } from '../../../lib/adapters/wechat/answer-body.ts'
import { NotHttp } from '../../../lib/adapters/wechat/answer-head.ts'
import { createAnswerReader, type RawAnswer } from '../../../lib/adapters/wechat/answer-reader.ts'
import '../../seed.ts'

const body = fc.uint8Array({ maxLength: 300 }).map(it => Buffer.from(it))
const withLength = (it: Buffer) => [`Content-Length: ${it.length}\r\n\r\n`, it]
const inChunks = (it: Buffer, size: number) => [
  'transfer-encoding: Chunked\r\n\r\n',
  ...Array.from({ length: Math.ceil(it.length / size) }, (_, at) => it.subarray(at * size, (at + 1) * size)).flatMap(
    part => [`${part.length.toString(16)};a=b\r\n`, part, '\r\n'],
  ),
  '0\r\nTrailer: x\r\n\r\n',
]
const answer = fc.record({ body, chunk: fc.integer({ min: 0, max: 40 }), cuts: fc.array(fc.nat({ max: 600 })) })

function bytesOf(parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(parts.map(it => Buffer.from(it)))
}

/** Reads an answer that comes in pieces. */
function readCut(bytes: Buffer, cuts: readonly number[], reader = createAnswerReader(1000)): RawAnswer | undefined {
  const places = [0, ...cuts.filter(it => it < bytes.length).sort((a, b) => a - b), bytes.length]
  let found: RawAnswer | undefined
  for (const [at, from] of places.entries()) found ??= reader.read(bytes.subarray(from, places[at + 1]))
  return found
}

function errorOf(read: () => unknown): unknown {
  try {
    read()
  } catch (error) {
    if (!(error instanceof NotHttp || error instanceof AnswerTooLarge)) return error
  }
  return 'none of another kind'
}

describe('the reader of answers', () => {
  it('reads each answer whole, wherever it is cut, and the next one after it', () => {
    const reader = createAnswerReader(1000)
    fc.assert(
      fc.property(answer, ({ body, chunk, cuts }) => {
        const head = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 09:30:00 GMT\r\n'
        const bytes = bytesOf([head, ...(chunk === 0 ? withLength(body) : inChunks(body, chunk))])
        const read = readCut(bytes, cuts, reader)
        expect(read?.body.equals(body)).toBe(true)
        expect(read).toMatchObject({ status: 200, date: 'Sun, 22 Nov 2026 09:30:00 GMT' })
        expect(read?.keepSeconds).toBe(Number.POSITIVE_INFINITY)
        expect(reader.isAmid()).toBe(false)
      }),
    )
  })

  it('throws its two errors only, whatever comes', () => {
    const start = fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    fc.assert(
      fc.property(start, fc.string({ unit: 'binary' }), body, (begin, text, bytes) => {
        expect(errorOf(() => readCut(bytesOf([begin, text, bytes]), [begin.length, 30]))).toBe('none of another kind')
      }),
    )
  })

  it.each([
    ['closes', 'Connection: close\r\nContent-Length: 0', 0],
    ['says how long', 'Keep-Alive: timeout=5, max=100\r\nContent-Length: 0', 5],
    ['has a length and chunks', 'Content-Length: 0\r\nTransfer-Encoding: chunked', 0],
  ])('knows whether the connection is kept that %s', (_, fields, keepSeconds) => {
    const end = fields.includes('chunked') ? '0\r\n\r\n' : ''
    expect(readCut(Buffer.from(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n${end}`), [])).toMatchObject({ keepSeconds })
    expect(readCut(Buffer.from(`HTTP/1.0 200 OK\r\n${fields}\r\n\r\n${end}`), [])).toMatchObject({ keepSeconds: 0 })
  })

  it('keeps no connection on which more came than was asked for', () => {
    expect(readCut(bytesOf(['HTTP/1.1 200 OK\r\n', ...withLength(Buffer.from('{}')), 'HTTP']), [])?.keepSeconds).toBe(0)
  })

  it('reads no body where there is none', () => {
    expect(readCut(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'), [])?.body).toHaveLength(0)
  })

  it.each([
    'HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n',
    'HTTP/1.1 200 OK\r\n: x\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: y\r\n Content-Length: 2\r\n\r\n{}',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'HTTP/2 200\r\n\r\n',
  ])('takes no answer whose end is in doubt: %j', text => {
    expect(() => readCut(Buffer.from(text), [])).toThrow(NotHttp)
  })
})
