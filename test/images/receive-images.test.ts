import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { imageTypeOf, surveyImage } from '../../lib/images/header.ts'
import type { Image, ImageFiles, ImageType } from '../../lib/images/ports.ts'
import { headBytes, parseArrival, type ReceiveImagesDeps, receiveImages } from '../../lib/images/receive-images.ts'
import { serveImage } from '../../lib/images/settle-image.ts'
import { id } from '../ids.ts'
import {
  cameraNotes,
  gifExtension,
  gifFrame,
  gifOf,
  headerOf,
  jpegWithNotes,
  notedPlace,
  pictureOf,
  pngOf,
  withNotes,
} from './pictures.ts'
import '../seed.ts'
import { appids } from '../../kit/app.ts'
import { memoryImageFiles } from '../../kit/memory-files.ts'
import { memoryImages } from '../../kit/memory-stores.ts'
import { silentLog } from '../../kit/silent.ts'
import { stageApps as apps } from '../idle-pair.ts'

const mebibyte = 1024 * 1024
const now = Date.parse('2026-11-22T12:00:00+08:00')
const owner = 'o'.repeat(22)
const size = { width: 640, height: 427 }
/** Noted by a camera, and the comment of a GIF. */
const secret = notedPlace
/** 35 bytes with a frame of 200 million pixels on a screen of one. */
const gifBomb = gifOf({ width: 1, height: 1 }, [gifFrame({ width: 20_000, height: 10_000 })])

type Options = { readonly isChecked?: boolean; readonly metadata?: ReceiveImagesDeps['metadata'] }

async function openReceiver({ isChecked = false, metadata = 'strip' }: Options = {}) {
  const [images, files] = [memoryImages(), memoryImageFiles()]
  const asked: unknown[] = []
  const checks = {
    async push(messages: readonly unknown[]) {
      asked.push(...messages)
    },
  }
  const imageArrivals = { push: async () => {} }
  const lines: object[] = []
  const tell = (event: string, fields?: object) => void lines.push({ event, ...fields })
  const log = { debug: tell, info: tell, warn: tell, error: tell }
  const common = { apps, images, files, imageArrivals, metadata, now: () => now, log }
  const deps: ReceiveImagesDeps = { ...common, checks: isChecked ? checks : undefined }
  const expectImage = async (more: Partial<Image> = {}) => {
    const image: Image = {
      ...{
        id: 'i'.repeat(22),
        owner,
        mini: appids.mini,
        miniOpenid: id('mini-1'),
        contentType: 'image/png',
        state: 'expected',
      },
      ...{ size: 20 * mebibyte, asks: 0, createdAt: now - 1000, at: now - 1000 },
      ...more,
    }
    await images.expect(image)
    return { image, key: `uploads/${image.owner}/${image.id}` }
  }
  const receive = async (key: string, more: Partial<ReceiveImagesDeps> = {}) => {
    const again = await receiveImages([{ messageId: 'a', keys: [key] }], { ...deps, ...more }, { until: now + 1000 })
    return again.map(({ keys }) => ({ keys }))
  }
  return { images, files, asked, lines, deps, expectImage, receive }
}

describe('receiveImages', () => {
  it.each<[ImageType, string]>([
    ['image/jpeg', 'jpg'],
    ['image/png', 'png'],
    ['image/webp', 'webp'],
    ['image/gif', 'gif'],
  ])('serves %s as .%s', async (contentType, ending) => {
    const { images, files, expectImage, receive } = await openReceiver()
    const { image, key } = await expectImage({ contentType })
    const picture = pictureOf(contentType, size, 5000)
    files.put(key, picture)
    expect(await receive(key)).toEqual([])
    expect(files.keys()).toEqual([`images/${owner}/${image.id}.${ending}`])
    expect(files.get(`images/${owner}/${image.id}.${ending}`)).toEqual(picture)
    expect(await images.find(image.id)).toEqual({ ...image, state: 'served', size: 5000, ...size, at: now })
  })

  it('reads the largest picture once, and of what cannot be taken no more than 256 KiB', async () => {
    const large = pictureOf('image/png', size, 20 * mebibyte)
    const refused = [{ contentType: 'image/gif' }, { size: large.length - 1 }] as const
    for (const [more, read] of [[{}, large.length], ...refused.map(it => [it, headBytes] as const)] as const) {
      const { files, expectImage, receive } = await openReceiver()
      const { key } = await expectImage(more)
      files.put(key, large)
      await receive(key)
      expect(files.mostRead()).toBe(read)
      expect(files.keys()).toHaveLength(read === headBytes ? 0 : 1)
    }
    expect(headBytes).toBe(256 * 1024)
  })

  it('holds one large picture at a time, whatever arrives at once', async () => {
    const { images, files, deps, expectImage } = await openReceiver()
    const arrivals = []
    for (const name of ['a', 'b', 'c', 'd']) {
      const { key } = await expectImage({ id: name.repeat(22) })
      files.put(key, pictureOf('image/png', size, mebibyte))
      arrivals.push({ messageId: key, keys: [key] })
    }
    let [held, most] = [0, 0]
    const counting: ImageFiles = {
      ...files,
      async read(...asked) {
        most = Math.max(most, ++held)
        return files.read(...asked)
      },
      async copy(...copied) {
        held -= 1
        return files.copy(...copied)
      },
    }
    expect(await receiveImages(arrivals, { ...deps, files: counting }, { until: now + 1000 })).toEqual([])
    expect((await images.all()).map(it => it.state)).toEqual(Array(4).fill('served'))
    expect([held, most]).toEqual([0, 1])
  })

  it.each([
    ['image/jpeg', withNotes['image/jpeg'](size, cameraNotes(6))],
    ['image/jpeg', jpegWithNotes(640, 427, 400_000)],
    ['image/jpeg', jpegWithNotes(640, 427, 1_500_000)],
    ['image/png', withNotes['image/png'](size, cameraNotes(1))],
    ['image/webp', withNotes['image/webp'](size, cameraNotes(8))],
    ['image/gif', gifOf(size, [gifExtension(0xfe, secret), gifFrame(size)])],
  ] as const)('serves %s without its metadata, and keeps them where that is wanted', async (contentType, picture) => {
    for (const metadata of ['strip', 'keep'] as const) {
      const { images, files, expectImage, receive } = await openReceiver({ metadata })
      const { image, key } = await expectImage({ contentType })
      files.put(key, picture)
      expect(await receive(key)).toEqual([])
      const [served = ''] = files.keys()
      const bytes = files.get(served)
      const { width, height, bare } = surveyImage(picture) ?? {}
      expect(bytes).toEqual(metadata === 'keep' ? picture : Uint8Array.from(bare ?? []))
      expect(Buffer.from(bytes ?? []).includes(secret)).toBe(metadata === 'keep' && picture.includes(secret))
      expect(await images.find(image.id)).toMatchObject({ state: 'served', size: bytes?.length, width, height })
    }
  })

  it('has WeChat check what will be served, without its metadata', async () => {
    const { files, images, expectImage, receive } = await openReceiver({ isChecked: true })
    const { image, key } = await expectImage({ contentType: 'image/jpeg' })
    files.put(key, withNotes['image/jpeg'](size, cameraNotes(6)))
    await receive(key)
    const checked = files.get(`checking/${owner}/${image.id}.jpg`)
    expect(Buffer.from(checked ?? []).includes(secret)).toBe(false)
    const stored = await images.find(image.id)
    expect(stored).toMatchObject({ width: size.height, height: size.width, size: checked?.length })
    await serveImage(stored ?? image, { images, files, now: () => now, log: silentLog })
    expect(files.keys()).toEqual([`images/${owner}/${image.id}.jpg`])
    expect(files.get(`images/${owner}/${image.id}.jpg`)).toEqual(checked)
  })

  it('copies within the store where there is nothing to strip', async () => {
    const { files, expectImage, receive } = await openReceiver()
    const { image, key } = await expectImage()
    files.put(key, pngOf(size))
    const write = async () => {
      throw new Error('written')
    }
    expect(await receive(key, { files: { ...files, write } })).toEqual([])
    expect(files.keys()).toEqual([`images/${owner}/${image.id}.png`])
  })

  it.each([
    ['not-an-image', Buffer.from('<!DOCTYPE html><script>alert(1)</script>')],
    ['not-an-image', jpegWithNotes(9, 9, 300_000).subarray(0, 290_000)],
    ['type-differs', headerOf('image/gif', size)],
    ['too-many-pixels', headerOf('image/png', { width: 16_385, height: 1 })],
    ['too-many-pixels', headerOf('image/png', { width: 10_001, height: 10_000 })],
    ['too-many-pixels', gifBomb],
    ['too-large', pictureOf('image/png', size, 2001)],
  ] as const)('removes what is %s, and says so', async (reason, bytes) => {
    const { images, files, expectImage, receive } = await openReceiver()
    const contentType = reason === 'type-differs' ? 'image/png' : (imageTypeOf(bytes) ?? 'image/png')
    const { image, key } = await expectImage({ contentType, size: reason === 'too-large' ? 2000 : mebibyte })
    files.put(key, bytes)
    expect(await receive(key)).toEqual([])
    expect(files.keys()).toEqual([])
    expect(await images.find(image.id)).toMatchObject({ state: 'refused', reason, at: now })
  })

  it('moves it out of reach and asks for a check, where WeChat checks', async () => {
    const { images, files, asked, lines, expectImage, receive } = await openReceiver({ isChecked: true })
    const { image, key } = await expectImage()
    files.put(key, pngOf(size))
    await receive(key)
    expect(lines).toMatchObject([{ event: 'images.checking', app: 'mini' }])
    expect(files.keys()).toEqual([`checking/${owner}/${image.id}.png`])
    expect(asked).toEqual([{ mini: appids.mini, ask: image.id }])
    expect(await images.find(image.id)).toMatchObject({ state: 'checking', ...size })
  })

  it('lets the first arrival win', async () => {
    const { files, expectImage, receive } = await openReceiver()
    const { image, key } = await expectImage()
    const first = pictureOf('image/png', size, 1000)
    files.put(key, first)
    await receive(key)
    files.put(key, pictureOf('image/png', { width: 1, height: 1 }, 2000))
    await receive(key)
    expect(files.keys()).toEqual([`images/${owner}/${image.id}.png`])
    expect(files.get(`images/${owner}/${image.id}.png`)).toEqual(first)
  })

  it('does not let a second file pass for the first while WeChat checks that, nor asks once more', async () => {
    const { files, images, asked, expectImage, receive } = await openReceiver({ isChecked: true })
    const { image, key } = await expectImage()
    const first = headerOf('image/png', size)
    files.put(key, first)
    await receive(key)
    await images.move({ ...image, state: 'checking', asks: 1, traceId: 'trace' }, 'checking')
    files.put(key, pictureOf('image/png', size, 999))
    await receive(key)
    expect(files.keys()).toEqual([`checking/${owner}/${image.id}.png`])
    expect(files.get(`checking/${owner}/${image.id}.png`)).toEqual(first)
    expect(asked).toEqual([{ mini: appids.mini, ask: image.id }])
  })

  it('copies only the file that it looked at: one exchanged meanwhile comes again', async () => {
    const { files, images, expectImage, receive } = await openReceiver()
    const { image, key } = await expectImage()
    files.put(key, pngOf(size))
    const exchanging: ImageFiles = {
      ...files,
      async head(...asked) {
        const found = await files.head(...asked)
        files.put(key, Buffer.from('<html>'))
        return found
      },
    }
    expect(await receive(key, { files: exchanging })).toEqual([{ keys: [key] }])
    expect(files.keys()).toEqual([key])
    expect(await images.find(image.id)).toMatchObject({ state: 'expected' })
    expect(await receive(key)).toEqual([])
    expect(await images.find(image.id)).toMatchObject({ state: 'refused', reason: 'not-an-image' })
  })

  it('strips only the file that it looked at: one exchanged meanwhile comes again', async () => {
    const { files, images, expectImage, receive } = await openReceiver()
    const { image, key } = await expectImage({ contentType: 'image/jpeg' })
    files.put(key, jpegWithNotes(640, 427, 400_000))
    const exchanging: ImageFiles = {
      ...files,
      async read(...asked) {
        files.put(key, Buffer.from('<html>'))
        return files.read(...asked)
      },
    }
    expect(await receive(key, { files: exchanging })).toEqual([{ keys: [key] }])
    expect(files.keys()).toEqual([key])
    expect(await images.find(image.id)).toMatchObject({ state: 'expected' })
  })

  it('removes what nobody expects, and touches nothing outside of uploads/', async () => {
    const { files, images, expectImage, receive } = await openReceiver()
    const { image } = await expectImage()
    const stranger = `uploads/${'s'.repeat(22)}/${image.id}`
    const unknown = `uploads/${owner}/${'u'.repeat(22)}`
    const served = `images/${owner}/${image.id}.png`
    for (const key of [stranger, unknown, served, 'uploads/x']) files.put(key, pngOf(size))
    for (const key of files.keys()) expect(await receive(key)).toEqual([])
    expect(files.keys()).toEqual([served, 'uploads/x'])
    expect(await images.find(image.id)).toEqual(image)
  })

  it('leaves for the next run what it has no time for', async () => {
    const { deps, expectImage } = await openReceiver()
    const arrival = { messageId: 'a', keys: [(await expectImage()).key] }
    expect(await receiveImages([arrival], deps, { until: now })).toEqual([arrival])
  })

  it.each([
    { isChecked: false, place: 'images', state: 'served', questions: 0 },
    { isChecked: true, place: 'checking', state: 'checking', questions: 1 },
  ])('comes to the same end wherever a crash cuts it off ($state)', async ({ isChecked, place, state, questions }) => {
    for (let steps = 0; steps < 8; steps++) {
      const { files, images, asked, deps, expectImage, receive } = await openReceiver({ isChecked })
      const { image, key } = await expectImage()
      const picture = headerOf('image/png', size)
      files.put(key, picture)
      await receiveImages([{ messageId: 'a', keys: [key] }], crashAfter(steps, deps), { until: now + 1000 })
      expect(await receive(key)).toEqual([])
      expect(files.keys()).toEqual([`${place}/${owner}/${image.id}.png`])
      expect(await images.find(image.id)).toMatchObject({ state, ...size })
      expect(new Set(asked.map(it => JSON.stringify(it))).size).toBe(questions)
    }
  })
})

/** After so many calls nothing is reached any more, nor told. */
function crashAfter(steps: number, deps: ReceiveImagesDeps): ReceiveImagesDeps {
  let left = steps
  const dying = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver)
        if (typeof method !== 'function') return method
        return async (...args: unknown[]) => {
          if (left-- <= 0) throw new Error('crashed')
          return method.apply(target, args)
        }
      },
    })
  const { images, files, checks } = deps
  return { ...deps, images: dying(images), files: dying(files), checks: checks && dying(checks) }
}

describe('parseArrival', () => {
  const record = (key: unknown) => ({ eventName: 'ObjectCreated:Post', s3: { bucket: { name: 'b' }, object: { key } } })

  it('reads the keys as S3 spells them, and S3’s own test as none', () => {
    const body = JSON.stringify({ Records: [record('uploads/a%2Bb/c+d'), record('uploads/%E4%BD%A0/x')] })
    expect(parseArrival(body)).toEqual({ keys: ['uploads/a+b/c d', 'uploads/你/x'] })
    expect(parseArrival('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}')).toEqual({ keys: [] })
  })

  it('reads an erasure request, and never one out of what S3 wrote', () => {
    const request = { forget: owner, at: 1_700_000_000, isSecond: false }
    expect(parseArrival(JSON.stringify(request))).toEqual(request)
    const records = [record('uploads/a/b')]
    expect(parseArrival(JSON.stringify({ ...request, Records: records }))).toEqual({ keys: ['uploads/a/b'] })
    for (const it of [{ forget: 'a/b' }, { at: -1 }, { at: 1.5 }, { isSecond: 'no' }, { Event: 'x' }])
      expect(() => parseArrival(JSON.stringify({ ...request, ...it }))).toThrow()
  })

  it.each(['', '{}', 'null', '[]', '{"Records":7}', JSON.stringify({ Records: [record(7)] })])('refuses %s', body => {
    expect(() => parseArrival(body)).toThrow()
  })

  it('refuses a key that cannot be read, or is endless', () => {
    for (const key of ['%', 'x'.repeat(3073)])
      expect(() => parseArrival(JSON.stringify({ Records: [record(key)] }))).toThrow()
    expect(() => parseArrival(JSON.stringify({ Records: Array(101).fill(record('k')) }))).toThrow()
  })

  it('throws or answers, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), body => {
        try {
          expect(parseArrival(body)).toEqual({ keys: expect.any(Array) })
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
  })
})
