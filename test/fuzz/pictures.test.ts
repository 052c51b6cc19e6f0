import fc from 'fast-check'
import { expect } from 'vitest'

import { surveyImage } from '../../lib/images/header.ts'
import type { ImageType } from '../../lib/images/ports.ts'
import * as make from '../images/pictures.ts'
import { fuzz, mutatedBytes } from './fuzz.ts'

const secret = make.notedPlace
const side = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(1, 0x3fff))
const size = fc.record({ width: side, height: side })
const place = fc.nat(100).map(it => 2 * it)
const notes = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('II' as const, 'MM' as const))
  .map(it => make.cameraNotes(...it))
const told = fc.constantFrom(secret, `${secret}${secret}`).map(make.ascii)
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 5 })
const named = (names: readonly string[]) =>
  fc.tuple(
    fc.constantFrom(...names),
    fc.oneof(fc.constant(make.ascii('data')), fc.uint8Array({ maxLength: 40 }).map(Buffer.from)),
  )

/** Pictures of each type, whose metadata hold the secret and nothing else does. */
const pictures: Readonly<Record<ImageType, fc.Arbitrary<Buffer>>> = {
  'image/jpeg': fc
    .tuple(
      size,
      some(
        fc.oneof(
          notes.map(it => make.segment(0xe1, Buffer.concat([make.ascii('Exif\0\0'), it]))),
          fc.tuple(fc.constantFrom(0xe0, 0xe1, 0xe2, 0xe9, 0xed, 0xef, 0xfe), told).map(it => make.segment(...it)),
          fc.tuple(fc.constantFrom(0xc4, 0xdb, 0xdd), fc.constant(Buffer.from('table'))).map(it => make.segment(...it)),
          fc
            .constantFrom('JFIF\0\x01\x02\0\0\x01\0\x01\0\0', 'JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01RGB')
            .map(it => make.segment(0xe0, make.ascii(it))),
          fc.constant(make.segment(0xe2, make.ascii('ICC_PROFILE\0\x01\x01'))),
        ),
      ),
    )
    .map(it => make.jpegOf(...it)),
  'image/png': fc
    .tuple(
      size,
      some(
        fc.oneof(
          notes.map(it => make.pngChunk('eXIf', it)),
          fc.tuple(fc.constantFrom('tEXt', 'iTXt', 'tIME', 'caBX', 'none'), told).map(it => make.pngChunk(...it)),
          named(['PLTE', 'iCCP', 'acTL', 'fdAT', 'IDAT', 'pHYs']).map(it => make.pngChunk(...it)),
          fc.tuple(size, place, place).map(it => make.pngFrame(...it)),
        ),
      ),
    )
    .map(it => make.pngOf(...it)),
  'image/gif': fc
    .tuple(
      size,
      some(
        fc.oneof(
          fc.tuple(fc.constantFrom(0xfe, 0xff, 0x77), fc.constant(secret)).map(it => make.gifExtension(...it)),
          fc.constantFrom(make.gifExtension(0xf9, '\0\0\0\0'), make.gifExtension(0xff, 'NETSCAPE2.0', '\x01\0\0')),
          fc.tuple(size, place, place).map(it => make.gifFrame(...it)),
        ),
      ),
    )
    .map(it => make.gifOf(...it)),
  'image/webp': fc
    .tuple(
      size,
      some(
        fc.oneof(
          notes.map(it => make.webpChunk('EXIF', it)),
          fc.tuple(fc.constantFrom('XMP ', 'C2PA', 'note'), told).map(it => make.webpChunk(...it)),
          named(['ICCP', 'ALPH', 'VP8L', 'ANIM']).map(it => make.webpChunk(...it)),
          fc.tuple(size, fc.record({ left: place, top: place })).map(it => make.webpFrame(...it)),
          fc
            .tuple(size, fc.constant({ inside: make.webpChunk('note', make.ascii(secret)) }))
            .map(it => make.webpFrame(...it)),
        ),
      ),
      fc.integer({ min: 0, max: 255 }),
    )
    .map(it => make.webpOf(...it)),
}

/** Whether it is accepted; fails where what is left without metadata is not the same picture, or has some still. */
function survey(file: Buffer): boolean {
  const seen = surveyImage(file)
  if (seen === undefined) return false
  const { contentType, width, height, frames, bare } = seen
  expect(Math.min(width, height, frames)).toBeGreaterThan(0)
  expect(Math.max(width, height)).toBeLessThan(2 ** 34)
  if (bare === undefined) return true
  expect(bare.length).toBeLessThanOrEqual(file.length + 64)
  expect(surveyImage(bare)).toEqual({ contentType, width, height, frames })
  return true
}

/** The same of a picture as it was made, in whose metadata alone is the secret. */
function surveyWhole(file: Buffer): boolean {
  const bare = surveyImage(file)?.bare ?? file
  expect(bare.includes(secret)).toBe(false)
  return survey(file)
}

for (const [type, whole] of Object.entries(pictures))
  fuzz(`of any ${type} all but its metadata is left`, whole, surveyWhole, 1)

const any = fc.oneof(...Object.values(pictures), fc.constantFrom(...Object.values(make.webps).map(it => it(640, 427))))
fuzz('damaged pictures are taken or refused, and what is left of them is left as it is', mutatedBytes(any, 6), survey)
