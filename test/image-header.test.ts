import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { readImageHeader } from '../lib/image-header.ts'
import type { ImageType } from '../lib/image-ports.ts'
import { headerOf, jpegWithNotes, webps } from './pictures.ts'
import './seed.ts'

const types = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const satisfies ImageType[]
const size = { width: 640, height: 427 }

/** Pictures as encoders make them, and not our own idea of their headers. */
const real = {
  'image/gif': 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
  'image/png': 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'image/webp': 'UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA',
} satisfies Partial<Record<ImageType, string>>

describe('readImageHeader', () => {
  it.each(types)('reads type and dimensions of %s', contentType => {
    expect(readImageHeader(headerOf(contentType, size))).toEqual({ contentType, ...size })
  })

  it.each(Object.entries(real))('reads a real %s', (contentType, text) => {
    expect(readImageHeader(Buffer.from(text, 'base64'))).toEqual({ contentType, width: 1, height: 1 })
  })

  it.each(Object.entries(webps))('reads WebP with %s', (_chunk, make) => {
    expect(readImageHeader(make(640, 427))).toEqual({ contentType: 'image/webp', ...size })
    expect(readImageHeader(make(16_383, 1))).toMatchObject({ width: 16_383, height: 1 })
  })

  it('finds a JPEG’s frame behind a camera’s notes, and not behind more than it was given', () => {
    const file = jpegWithNotes(4032, 3024, 200_000)
    expect(readImageHeader(file)).toEqual({ contentType: 'image/jpeg', width: 4032, height: 3024 })
    expect(readImageHeader(file.subarray(0, 150_000))).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['a page', '<!DOCTYPE html><script>alert(1)</script>'],
    ['a drawing with scripts', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a bitmap', 'BM\x00\x00'],
    ['the beginning of a PNG', '\x89PNG\r\n\x1a\n'],
    ['a JPEG that begins with its scan', '\xff\xd8\xff\xda\x00\x08\x00\x00\x00\x00\x00\x00'],
    ['a JPEG whose segment has no length', `\xff\xd8${'\xff\xe0\x00\x00'.repeat(9)}`],
  ])('takes %s for no picture', (_what, text) => {
    expect(readImageHeader(Buffer.from(text, 'latin1'))).toBeUndefined()
  })

  it('takes no picture without a pixel', () => {
    for (const type of types.filter(it => it !== 'image/webp')) {
      expect(readImageHeader(headerOf(type, { width: 0, height: 5 }))).toBeUndefined()
    }
  })

  it('never throws, and ends, whatever the bytes', () => {
    const answer = (bytes: Uint8Array) => {
      const header = readImageHeader(bytes)
      if (header !== undefined) expect(Math.min(header.width, header.height)).toBeGreaterThan(0)
    }
    const mutated = fc
      .tuple(
        fc.oneof(
          fc.constantFrom(...types).map(type => headerOf(type, size)),
          fc.constantFrom(...Object.values(webps)).map(make => make(9, 9)),
          fc.nat(2000).map(notes => jpegWithNotes(9, 9, notes)),
        ),
        fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
        fc.nat(2100),
      )
      .map(([file, changes, length]) => {
        for (const [at, byte] of changes) if (at < file.length) file[at] = byte
        return file.subarray(0, length)
      })
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), answer), { numRuns: 2000 })
    fc.assert(fc.property(mutated, answer), { numRuns: 10_000 })
  })

  it('goes through 256 KiB of markers in one pass', () => {
    const filler = Buffer.alloc(256 * 1024, 0xff)
    filler.set([0xff, 0xd8, 0xff], 0)
    const empty = Buffer.from(`\xff\xd8${'\xff\xe0\x00\x02'.repeat(65_535)}`, 'latin1')
    expect([readImageHeader(filler), readImageHeader(empty)]).toEqual([undefined, undefined])
  })
})
