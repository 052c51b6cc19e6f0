import { describe, expect, it } from 'vitest'

import { imageTypeOf, surveyImage } from '../../lib/images/header.ts'
import { hasTooManyPixels } from '../../lib/images/image-limits.ts'
import type { ImageType } from '../../lib/images/ports.ts'
import {
  ascii,
  cameraNotes,
  gifExtension,
  gifFrame,
  gifOf,
  headerOf,
  jpegOf,
  jpegWithNotes,
  lossy,
  notedPlace,
  pngChunk,
  pngFrame,
  pngOf,
  segment,
  webpChunk,
  webpFrame,
  webpOf,
  webps,
  withNotes,
} from './pictures.ts'

const types = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const satisfies ImageType[]
const size = { width: 640, height: 427 }

/** Pictures as encoders make them, and not our own idea of their headers. */
const real = {
  'image/gif': 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
  'image/png': 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'image/webp': 'UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA',
} satisfies Partial<Record<ImageType, string>>

const one = { frames: 1 }

describe('surveyImage', () => {
  it.each(types)('reads type and dimensions of %s', contentType => {
    expect(surveyImage(headerOf(contentType, size))).toMatchObject({ contentType, ...size, ...one })
  })

  it.each(Object.entries(real))('reads a real %s', (contentType, text) => {
    expect(surveyImage(Buffer.from(text, 'base64'))).toEqual({ contentType, width: 1, height: 1, ...one })
  })

  it.each(Object.entries(webps))('reads WebP with %s', (_chunk, make) => {
    expect(surveyImage(make(640, 427))).toEqual({ contentType: 'image/webp', ...size, ...one })
    expect(surveyImage(make(16_383, 1))).toMatchObject({ width: 16_383, height: 1 })
  })

  it.each([400_000, 1_500_000])('finds a JPEG’s frame behind %d bytes of a camera’s notes', notes => {
    const file = jpegWithNotes(4032, 3024, notes)
    expect(surveyImage(file)).toMatchObject({ contentType: 'image/jpeg', width: 4032, height: 3024 })
    expect(surveyImage(file.subarray(0, notes))).toBeUndefined()
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
    expect(surveyImage(Buffer.from(text, 'latin1'))).toBeUndefined()
  })

  it('takes no picture without a pixel', () => {
    for (const type of types.filter(it => it !== 'image/webp')) {
      expect(surveyImage(headerOf(type, { width: 0, height: 5 }))).toBeUndefined()
    }
  })

  it('goes through 5 MiB of anything in one pass', () => {
    const bytes = 5 * 1024 * 1024
    const starts = [
      headerOf('image/png', size),
      gifOf(size, []).subarray(0, -1),
      webpOf(size),
      jpegOf(size),
      jpegOf(size).subarray(0, 2),
    ]
    const fillers = [
      [0xff],
      [0xff, 0xe1, 0, 2],
      [0xff, 0],
      [0],
      [0x21, 0xf9, 0],
      [0x21, 0xfe, 0],
      ascii('\0\0\0\0tEXt\0\0\0\0'),
    ]
    for (const start of starts) {
      for (const filler of fillers) {
        const file = Buffer.alloc(bytes, Buffer.from(filler))
        start.copy(file)
        expect(surveyImage(file)?.width ?? size.width).toBe(size.width)
      }
    }
  })
})

describe('the largest frame', () => {
  const huge = { width: 20_000, height: 10_000 }
  const small = { width: 1, height: 1 }

  it('of a GIF counts, whatever its screen', () => {
    const file = gifOf(small, [gifFrame(huge)])
    expect(surveyImage(file)).toMatchObject({ ...huge, frames: 1 })
    const later = gifOf(small, [gifFrame(small), gifExtension(0xf9, '\0\0\0\0'), gifFrame(huge)])
    expect(surveyImage(later)).toMatchObject({ ...huge, frames: 2 })
    expect(surveyImage(gifOf(small, [gifFrame(small, 99, 49)]))).toMatchObject({ width: 100, height: 50 })
  })

  it('of a GIF is also found behind bytes that are no block, and behind a palette', () => {
    const palette = gifFrame(small)
    palette[9] = 0x80
    const frame = Buffer.concat([palette.subarray(0, 10), Buffer.alloc(6, 0x2c), palette.subarray(10)])
    const file = gifOf(small, [frame, Buffer.from([0, 0, 7]), gifFrame(huge)])
    expect(surveyImage(file)).toMatchObject({ ...huge, frames: 2 })
  })

  it('of an animated PNG counts, whatever its canvas', () => {
    expect(surveyImage(pngOf(small, [pngFrame(small), pngFrame(huge, 5, 6)]))).toMatchObject({
      ...{ width: 20_005, height: 10_006, frames: 2 },
    })
  })

  it('of an animated WebP counts, whatever its canvas, and so does what is in the frame', () => {
    expect(surveyImage(webpOf(small, [webpFrame(small), webpFrame(huge, { left: 4, top: 2 })]))).toMatchObject({
      ...{ width: 20_004, height: 10_002, frames: 2 },
    })
    const inside = lossy({ width: 16_000, height: 9 })
    expect(surveyImage(webpOf(small, [webpFrame(small, { inside })]))).toMatchObject({ width: 16_000, height: 9 })
    expect(surveyImage(Buffer.concat([webpOf(small)]))).toMatchObject(small)
  })

  it('of a JPEG counts where there are several', () => {
    const other = segment(0xc2, Buffer.from([8, 0x27, 0x10, 0x4e, 0x20, 1, 1, 0x11, 0]))
    expect(surveyImage(jpegOf(small, [other]))).toMatchObject(huge)
    const above = segment(0xde, Buffer.from([8, 0x27, 0x10, 0x4e, 0x20, 1, 1, 0x11, 0]))
    expect(surveyImage(jpegOf(small, [above]))).toMatchObject(huge)
  })
})

describe('the limit of pixels', () => {
  it.each([
    ['one side too long', { width: 16_385, height: 1, frames: 1 }],
    ['too many in all', { width: 10_001, height: 10_000, frames: 1 }],
    ['too many frames', { width: 1, height: 1, frames: 5001 }],
    ['too many in all frames', { width: 1000, height: 1000, frames: 2001 }],
  ])('refuses %s', (_what, picture) => {
    expect(hasTooManyPixels(picture)).toBe(true)
  })

  it('takes what is just within it', () => {
    for (const picture of [
      { width: 16_384, height: 6103, frames: 1 },
      { width: 10_000, height: 10_000, frames: 20 },
      { width: 1000, height: 400, frames: 5000 },
    ])
      expect(hasTooManyPixels(picture)).toBe(false)
  })
})

describe('the orientation', () => {
  const turned = { width: size.height, height: size.width }

  it.each(Object.entries(withNotes))('of a %s changes width and height from 5 on', (_type, make) => {
    for (const order of ['II', 'MM'] as const) {
      for (const orientation of [1, 2, 3, 4]) {
        expect(surveyImage(make(size, cameraNotes(orientation, order)))).toMatchObject(size)
      }
      for (const orientation of [5, 6, 7, 8]) {
        expect(surveyImage(make(size, cameraNotes(orientation, order)))).toMatchObject(turned)
      }
    }
  })

  it.each(Object.entries(withNotes))('of a %s is none where its notes are damaged', (_type, make) => {
    const pointingOut = cameraNotes(6)
    pointingOut.writeUInt32LE(0xffff_fff0, 4)
    for (const notes of [Buffer.alloc(0), Buffer.from('II*\0'), pointingOut, cameraNotes(0), cameraNotes(9)]) {
      expect(surveyImage(make(size, notes))).toMatchObject(size)
    }
  })

  it('is that of the first notes', () => {
    const notes = [6, 3].map(it => pngChunk('eXIf', cameraNotes(it)))
    const file = surveyImage(pngOf(size, notes))
    expect(file).toMatchObject(turned)
    expect(surveyImage(file?.bare ?? notes[0] ?? Buffer.alloc(0))).toMatchObject(turned)
  })

  it('of a WebP is none where its head announces no notes', () => {
    expect(surveyImage(webpOf(size, [webpChunk('EXIF', cameraNotes(6))]))).toMatchObject(size)
  })
})

describe('a picture without its metadata', () => {
  const secret = notedPlace
  const bareOf = (file: Buffer) => surveyImage(file)?.bare
  const profile = Buffer.from('ICC_PROFILE\0\x01\x01profile', 'latin1')

  it.each(Object.entries(withNotes))('keeps the orientation of a %s, and nothing else of its notes', (_type, make) => {
    const bare = bareOf(make(size, cameraNotes(6)))
    expect(bare?.includes(secret)).toBe(false)
    expect(bare && surveyImage(bare)).toMatchObject({ width: size.height, height: size.width })
    // What has nothing to lose any more is left as it is.
    expect(bare && bareOf(bare)).toBeUndefined()
    expect(bareOf(make(size, cameraNotes(1)))?.includes('\0*')).toBe(false)
  })

  it('of a JPEG has frame, tables, scans and colours', () => {
    const kept = [
      segment(0xe0, Buffer.from('JFIF\0\x01\x02\0\0\x01\0\x01\0\0', 'latin1')),
      ...[segment(0xe2, profile), segment(0xee, Buffer.from('Adobe\0d\0\0\0\0\x01', 'latin1'))],
      ...[segment(0xdb, Buffer.from('table')), segment(0xdd, Buffer.from([0, 8]))],
    ]
    const dropped = [
      ...['http://ns.adobe.com/xap/1.0/\0', 'http://ns.adobe.com/xmp/extension/\0'].map(it => segment(0xe1, ascii(it))),
      ...[segment(0xe2, ascii('MPF\0')), segment(0xed, ascii('Photoshop 3.0\0')), segment(0xfe, ascii('a comment'))],
      ...[segment(0xe0, ascii('JFXX\0')), segment(0xeb, ascii('JP')), segment(0xec, ascii('Ducky'))],
    ]
    expect(bareOf(jpegOf(size, kept))).toBeUndefined()
    const mixed = [dropped[0], ...kept, ...dropped.slice(1)].flatMap(it => it ?? [])
    const behind = Buffer.concat([jpegOf(size, mixed), jpegOf(size, dropped), ascii('a film')])
    expect(bareOf(behind)).toEqual(jpegOf(size, kept))
  })

  it('of a JPEG has no small picture of before it was cut', () => {
    const start = 'JFIF\0\x01\x02\0\0\x01\0\x01'
    const file = jpegOf(size, [segment(0xe0, ascii(`${start}\x01\x01RGB`))])
    expect(bareOf(file)).toEqual(jpegOf(size, [segment(0xe0, ascii(`${start}\0\0`))]))
  })

  it('of a JPEG is whole where bytes stand between its segments, where it has several scans, and where it is cut off', () => {
    const scan = segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0]))
    const later = [segment(0xc4, ascii('table')), scan, ascii('more'), Buffer.from([0xff, 0xd9])]
    const progressive = Buffer.concat([jpegOf(size).subarray(0, -2), ...later])
    expect(bareOf(progressive)).toBeUndefined()
    expect(bareOf(progressive.subarray(0, -3))).toBeUndefined()
    const table = segment(0xdb, ascii('table'))
    expect(bareOf(jpegOf(size, [table, ascii('\0\0')]))).toEqual(jpegOf(size, [table]))
  })

  it('of a PNG has all that is shown, animated or not', () => {
    const colours = ['cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'cICP', 'bKGD', 'pHYs', 'tRNS', 'PLTE', 'acTL', 'fdAT']
    const kept = [...colours.map(it => pngChunk(it, ascii('12345'))), pngFrame(size)]
    const dropped = ['tEXt', 'zTXt', 'iTXt', 'tIME', 'caBX', 'iDOT', 'prVt'].map(it => pngChunk(it, ascii(secret)))
    expect(bareOf(pngOf(size, kept))).toBeUndefined()
    const file = Buffer.concat([pngOf(size, [...dropped, ...kept]), ascii('a film')])
    expect(bareOf(file)).toEqual(pngOf(size, kept))
  })

  it('of a GIF has its frames and how often they are played', () => {
    const kept = [
      ...[gifExtension(0xff, 'NETSCAPE2.0', '\x01\0\0'), gifExtension(0xf9, '\0\0\0\0'), gifFrame(size)],
      ...[gifExtension(0x01, '123456789012', 'shown'), gifExtension(0xf9, '\0\0\0\0'), gifFrame(size)],
    ]
    const dropped = [gifExtension(0xfe, secret), gifExtension(0xff, 'XMP DataXMP', secret), gifExtension(0x99, secret)]
    expect(bareOf(gifOf(size, kept))).toBeUndefined()
    const file = Buffer.concat([gifOf(size, [...dropped, ...kept, ...dropped]), ascii('a film')])
    expect(bareOf(file)).toEqual(gifOf(size, kept))
  })

  it('of a WebP has its frames and colours, and a size and flags that are right', () => {
    const animated = [webpChunk('ANIM', ascii('123456')), webpFrame(size), webpFrame(size)]
    // Such a frame has its byte behind the chunk, and not within it.
    const odd = webpFrame(size, { inside: lossy(size).subarray(0, -1) })
    const kept = [webpChunk('ICCP', ascii('abc')), webpChunk('ALPH', ascii('abcd')), odd, ...animated]
    expect(bareOf(webpOf(size, kept, 0x32))).toBeUndefined()
    const dropped = [webpChunk('XMP ', ascii(secret)), webpChunk('C2PA', ascii(secret))]
    const inside = Buffer.concat([webpChunk('note', ascii(secret)), lossy(size)])
    const file = webpOf(size, [...kept, webpFrame(size, { inside }), ...dropped], 0x36)
    expect(bareOf(Buffer.concat([file, ascii('a film')]))).toEqual(webpOf(size, [...kept, webpFrame(size)], 0x32))
    expect(bareOf(Buffer.concat([webps['VP8 '](3, 2), ascii('a film')]))).toEqual(webps['VP8 '](3, 2))
  })
})

describe('imageTypeOf', () => {
  it('needs no more than twelve bytes', () => {
    for (const type of types) expect(imageTypeOf(headerOf(type, size).subarray(0, 12))).toBe(type)
    expect(imageTypeOf(Buffer.from('RIFF'))).toBeUndefined()
  })
})
