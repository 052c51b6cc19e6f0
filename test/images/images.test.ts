import { describe, expect, it } from 'vitest'

import { appids } from '../../kit/app.ts'
import { parseImageRequest, takeImage } from '../../lib/images/images.ts'
import { miniAppid } from '../ids.ts'

import { filesUrl, openImages, png, refusal } from './uploads-world.ts'

describe('takeImage', () => {
  it('answers a form for exactly one file, and where it will be served', async () => {
    const { take, images } = openImages()
    const { id: imageId, upload, imageUrl, expiresIn } = await take(png)
    const [row] = await images.all()
    expect(row).toMatchObject({
      id: imageId,
      mini: appids.mini,
      miniOpenid: 'mini-1',
      state: 'expected',
      asks: 0,
      ...png,
    })
    expect(imageUrl).toBe(`${filesUrl}/images/${row?.owner}/${imageId}.png`)
    expect(expiresIn).toBe(300)
    const policy = JSON.parse(Buffer.from(upload.fields.Policy ?? '', 'base64').toString())
    expect(policy).toEqual({
      expiration: '2026-11-22T15:55:00Z',
      conditions: [
        ['content-length-range', 1, 1234],
        { 'Content-Type': 'image/png' },
        { success_action_status: '201' },
        { bucket: 'pictures' },
        { 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256' },
        { 'X-Amz-Credential': 'key/20261122/us-east-1/s3/aws4_request' },
        { 'X-Amz-Date': '20261122T155000Z' },
        { key: `uploads/${row?.owner}/${imageId}` },
      ],
    })
  })

  it('names nobody in keys and addresses, and gives everybody their own prefix', async () => {
    const { take, images } = openImages()
    const [one, two] = [await take(png), await take(png, 'mini-2')]
    const [first, second] = (await images.all()).map(it => it.owner)
    expect(first).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(first).not.toBe(second)
    expect(JSON.stringify([one, two])).not.toContain('mini-')
  })

  it('keeps the mini programs apart, though one text may be an openid in both', async () => {
    const { take, get, images, lines } = openImages()
    for (let count = 0; count < 3; count++) await take(png)
    const { id: imageId } = await take(png, 'mini-1', miniAppid)
    const [first, , , other] = await images.all()
    expect([first?.mini, other?.mini, first?.owner === other?.owner]).toEqual([appids.mini, miniAppid, false])
    expect(await get(imageId, 'mini-1', miniAppid)).toMatchObject({ id: imageId })
    await expect(get(imageId, 'mini-1')).rejects.toThrow(refusal('image-unknown', 404))
    await expect(get(first?.id, 'mini-1', miniAppid)).rejects.toThrow(refusal('image-unknown', 404))
    expect(lines.map(it => 'app' in it && it.app)).toEqual(['mini', 'mini', 'mini', 'shop'])
  })

  it('takes so many a day in China, then says when the next day begins', async () => {
    const { take, tick, images } = openImages()
    for (let count = 0; count < 3; count++) await take(png)
    await expect(take(png)).rejects.toThrow(refusal('images-too-many', 429, { retryAfterSeconds: 600 }))
    expect(await images.all()).toHaveLength(3)
    expect(await take(png, 'mini-2')).toMatchObject({ expiresIn: 300 })
    tick(600_000)
    expect(await take(png)).toMatchObject({ expiresIn: 300 })
  })

  it('counts no upload that is refused, and takes none without a session', async () => {
    const { take, deps, images } = openImages()
    for (let count = 0; count < 4; count++)
      await expect(take({ ...png, size: 0 })).rejects.toThrow(refusal('body-invalid', 400))
    expect(await take(png)).toMatchObject({ expiresIn: 300 })
    const unsigned = takeImage({ authorization: undefined, body: JSON.stringify(png) }, deps)
    await expect(unsigned).rejects.toThrow(refusal('session-missing', 401))
    expect(await images.all()).toHaveLength(1)
  })
})

describe('parseImageRequest', () => {
  const parse = (body: unknown, isChecked = false) => parseImageRequest(JSON.stringify(body), { isChecked })
  const most = 20 * 1024 * 1024

  it('takes four types of up to 20 MiB', () => {
    for (const contentType of ['image/jpeg', 'image/png', 'image/webp', 'image/gif']) {
      expect(parse({ contentType, size: most })).toEqual({ contentType, size: most })
    }
  })

  it.each([0, -1, 1.5, '1234', null])('says what is wanted of a size of %j', size => {
    expect(() => parse({ ...png, size })).toThrow(
      'size must be the whole number of bytes that the picture has, 1 or more',
    )
  })

  it.each([
    ['a byte too much', { ...png, size: most + 1 }, 'image-too-large', 413],
    ['a page', { ...png, contentType: 'text/html' }, 'image-type', 415],
    ['a drawing with scripts', { ...png, contentType: 'image/svg+xml' }, 'image-type', 415],
    ['a type in capitals', { ...png, contentType: 'IMAGE/PNG' }, 'image-type', 415],
    ['what every object has', { ...png, contentType: 'constructor' }, 'image-type', 415],
    ['an endless type', { ...png, contentType: 'x'.repeat(101) }, 'body-invalid', 400],
    ['no size', { contentType: 'image/png' }, 'body-invalid', 400],
    ['half a byte', { ...png, size: 1.5 }, 'body-invalid', 400],
    ['a size as text', { ...png, size: '1234' }, 'body-invalid', 400],
    ['more than that', { ...png, key: 'images/x' }, 'body-invalid', 400],
    ['a list', [], 'body-invalid', 400],
  ])('refuses %s', (_what, body, code, status) => {
    expect(() => parse(body)).toThrow(refusal(code, status))
  })

  it('holds to WeChat’s limits where WeChat checks, and says so', () => {
    expect(parse({ ...png, size: 10_000_000 }, true)).toEqual({ ...png, size: 10_000_000 })
    const whose = { message: expect.stringContaining('WeChat') }
    expect(() => parse({ ...png, size: 10_000_001 }, true)).toThrow(refusal('image-too-large', 413, whose))
    expect(() => parse({ ...png, contentType: 'image/webp' }, true)).toThrow(refusal('image-type', 415, whose))
  })
})
