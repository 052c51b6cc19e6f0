/** Pictures on the whole local stack: the form as the mini program posts it, S3's own refusals, and what is served. */

import { describe, expect, it } from 'vitest'

import { leaksIn } from '../canary.ts'
import { openForAll } from '../for-all.ts'
import { cameraNotes, headerOf, notedPlace, pictureOf, withNotes } from '../images/pictures.ts'
import { keyOf, openImagesStack, post, uploadKeyOf } from './images-stack.ts'
import { eventually } from './whole-stack.ts'

const mebibyte = 1024 * 1024
const size = { width: 1200, height: 900 }
const stack = openForAll(() => openImagesStack())

describe('a picture', () => {
  it('of 20 MiB goes up, and is there byte for byte, to be kept for a month', async () => {
    const token = await stack.logIn()
    const picture = pictureOf('image/png', size, 20 * mebibyte)
    const form = await stack.formFor(token, { contentType: 'image/png', size: picture.length })
    expect(await stack.state(token, form)).toMatchObject({ state: 'expected', size: picture.length })

    expect(await post(form, picture)).toEqual({ status: 201, code: undefined })

    const served = { state: 'served', imageUrl: form.imageUrl, contentType: 'image/png', size: picture.length, ...size }
    await eventually(() => stack.state(token, form), expect.objectContaining(served))
    const file = await stack.file(keyOf(form))
    expect(file).toMatchObject({ ContentType: 'image/png', CacheControl: 'public, max-age=2592000, immutable' })
    expect(Buffer.from((await file.Body?.transformToByteArray()) ?? []).equals(picture)).toBe(true)
    await eventually(() => stack.keysIn(uploadKeyOf(form)), [])
  })

  it('is served without where it was taken, to be kept as long, and as it is held', async () => {
    const token = await stack.logIn()
    const picture = withNotes['image/jpeg'](size, cameraNotes(6))
    expect(picture.includes(notedPlace)).toBe(true)
    const form = await stack.formFor(token, { contentType: 'image/jpeg', size: picture.length })
    await post(form, new Uint8Array(picture))
    const turned = { state: 'served', width: size.height, height: size.width }
    await eventually(() => stack.state(token, form), expect.objectContaining(turned))
    const file = await stack.file(keyOf(form))
    expect(file).toMatchObject({ ContentType: 'image/jpeg', CacheControl: 'public, max-age=2592000, immutable' })
    const bytes = Buffer.from((await file.Body?.transformToByteArray()) ?? [])
    expect(bytes.includes(notedPlace)).toBe(false)
    expect(await stack.state(token, form)).toMatchObject({ size: bytes.length })
  })

  it('that comes again under a form that was used is removed', async () => {
    const token = await stack.logIn()
    const [first, second] = [pictureOf('image/gif', size, 3000), pictureOf('image/gif', { width: 1, height: 1 }, 3000)]
    const form = await stack.formFor(token, { contentType: 'image/gif', size: 3000 })
    await post(form, first)
    await eventually(() => stack.state(token, form), expect.objectContaining({ state: 'served' }))
    await post(form, second)
    await eventually(() => stack.keysIn(uploadKeyOf(form)), [])
    expect(await (await stack.file(keyOf(form))).Body?.transformToByteArray()).toEqual(new Uint8Array(first))
  })

  it.each([
    ['a page under the name of a picture', Buffer.from('<!DOCTYPE html><script>alert(1)</script>'), 'not-an-image'],
    ['a picture of another type', headerOf('image/gif', size), 'type-differs'],
    [
      'a picture that takes gigabytes to show',
      headerOf('image/png', { width: 16_000, height: 16_000 }),
      'too-many-pixels',
    ],
  ])('is none: %s is removed, and its sender told', async (_what, file, reason) => {
    const token = await stack.logIn()
    const form = await stack.formFor(token, { contentType: 'image/png', size: 5000 })
    expect(await post(form, new Uint8Array(file))).toMatchObject({ status: 201 })
    await eventually(() => stack.state(token, form), expect.objectContaining({ state: 'refused', reason }))
    await eventually(() => stack.keysIn(uploadKeyOf(form)), [])
    expect(await stack.keysIn(keyOf(form))).toEqual([])
  })
})

describe('who requests their erasure', () => {
  it('takes along what they uploaded, and what they do not upload any more', async () => {
    const person = await stack.newPerson()
    const [token, other] = [await stack.logIn(person), await stack.logIn()]
    const picture = headerOf('image/png', size)
    const wanted = { contentType: 'image/png', size: picture.length }
    const [served, late, theirs] = [
      await stack.formFor(token, wanted),
      await stack.formFor(token, wanted),
      await stack.formFor(other, wanted),
    ]
    for (const it of [served, theirs]) await post(it, picture)
    await eventually(() => stack.state(token, served), expect.objectContaining({ state: 'served' }))
    await eventually(() => stack.state(other, theirs), expect.objectContaining({ state: 'served' }))

    await stack.box(`/people/${person}/cancel`, {})

    await eventually(() => stack.keysIn(keyOf(served)), [])
    await eventually(() => stack.state(token, late), expect.objectContaining({ code: 'image-unknown' }))
    expect(await post(late, picture)).toMatchObject({ status: 201 })
    await eventually(() => stack.keysIn(uploadKeyOf(late)), [])
    expect(await stack.keysIn(keyOf(late))).toEqual([])
    expect(await stack.keysIn(keyOf(theirs))).toHaveLength(1)
  })
})

describe('what is not allowed', () => {
  it('is refused by S3: a byte too much, nothing at all, another type, another user’s key, another policy', async () => {
    const [token, other] = [await stack.logIn(), await stack.logIn()]
    const form = await stack.formFor(token, { contentType: 'image/png', size: 20 * mebibyte })
    const theirs = await stack.formFor(other, { contentType: 'image/png', size: 20 * mebibyte })
    const file = new Uint8Array(headerOf('image/png', size))
    expect(await post(form, pictureOf('image/png', size, 20 * mebibyte + 1))).toEqual({
      status: 400,
      code: 'EntityTooLarge',
    })
    expect(await post(form, new Uint8Array())).toEqual({ status: 400, code: 'EntityTooSmall' })
    const denied = { status: 403, code: 'AccessDenied' }
    expect(await post(form, file, { 'Content-Type': 'text/html' })).toEqual(denied)
    expect(await post(form, file, { key: theirs.upload.fields.key ?? '' })).toEqual(denied)
    expect(await post(form, file, { key: keyOf(form) })).toEqual(denied)
    expect(await post(form, file, { 'x-amz-meta-more': 'x' })).toEqual(denied)
    const Policy = theirs.upload.fields.Policy ?? ''
    expect(await post(form, file, { Policy })).toEqual({ status: 403, code: 'SignatureDoesNotMatch' })
    expect([await stack.keysIn(uploadKeyOf(form)), await stack.keysIn(uploadKeyOf(theirs))]).toEqual([[], []])
    expect(await stack.state(other, theirs)).toMatchObject({ state: 'expected' })
  })
})

it('neither the functions’ log nor their answers tell who uploads, nor by which signature', () => {
  expect(leaksIn(stack.lines.join('\n'))).toEqual([])
  expect(stack.lines.join('\n')).not.toMatch(/X-Amz-|uploads\//)
})
