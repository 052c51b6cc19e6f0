/** Pictures on the whole local stack: the form as the mini program posts it, S3's own refusals, and what is served. */

import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { readSettings } from '../../local/environment.ts'
import { callJson } from '../../local/http-json.ts'
import { pickFreePorts } from '../../local/ports.ts'
import { openStack, type Stack } from '../../local/stack.ts'
import { leaksIn } from '../canary.ts'
import { headerOf, pictureOf } from '../pictures.ts'

const mebibyte = 1024 * 1024
const size = { width: 1200, height: 900 }
const Bucket = 'queqiao-local-images'
const lines: string[] = []
let stack: Stack
let s3: S3Client

beforeAll(async () => {
  const settings = { ...readSettings({}), ports: await pickFreePorts('127.0.0.1') }
  const note = (line: string) => void lines.push(line)
  stack = await openStack({ settings, env: process.env, onFunctionLine: note, report: note })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  s3 = new S3Client({ endpoint: stack.addresses.s3, region: 'us-east-1', credentials, forcePathStyle: true })
}, 90_000)

afterAll(async () => {
  s3?.destroy()
  await stack?.close()
})

const formAnswer = v.object({
  id: v.string(),
  upload: v.object({ url: v.string(), fields: v.record(v.string(), v.string()) }),
  imageUrl: v.string(),
  expiresIn: v.number(),
})
type Form = v.InferOutput<typeof formAnswer>

const signal = () => AbortSignal.timeout(20_000)

async function box(path: string): Promise<unknown> {
  return (await callJson('POST', `${stack.addresses.wechat}/_box${path}`, { signal: signal(), body: {} })).body
}

async function newPerson(): Promise<number> {
  return v.parse(v.object({ id: v.number() }), await box('/people')).id
}

async function logIn(person?: number): Promise<string> {
  const id = person ?? (await newPerson())
  const body = v.parse(v.object({ code: v.string() }), await box(`/people/${id}/login`))
  const answer = await callJson('POST', `${stack.addresses.api}/login`, { signal: signal(), body })
  return v.parse(v.object({ token: v.string() }), answer.body).token
}

const ask = (bearer: string, body: object) =>
  callJson('POST', `${stack.addresses.api}/images`, { signal: signal(), body, bearer })
const formFor = async (bearer: string, body: object) => v.parse(formAnswer, (await ask(bearer, body)).body)
const state = async (bearer: string, { id }: Form) =>
  (await callJson('GET', `${stack.addresses.api}/images/${id}`, { signal: signal(), bearer })).body

/** Posts as wx.uploadFile does: the fields first, then the file as `file`. */
async function post({ upload }: Form, file: Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...upload.fields, ...more })) form.append(name, value)
  form.append('file', new Blob([file]), 'picture.png')
  const answer = await fetch(upload.url, { method: 'POST', body: form, signal: signal() })
  return { status: answer.status, code: /<Code>(\w+)</.exec(await answer.text())?.[1] }
}

const keyOf = ({ imageUrl }: Form) => new URL(imageUrl).pathname.slice(1)
const uploadKeyOf = ({ upload }: Form) => upload.fields.key ?? ''
const readFile = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray()
const keysIn = async (Prefix: string) =>
  ((await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(it => it.Key)

async function eventually(look: () => Promise<unknown>, wanted: unknown): Promise<void> {
  await expect.poll(look, { timeout: 25_000, interval: 100 }).toEqual(wanted)
}

describe('a picture', () => {
  it('of 20 MiB goes up, and is there byte for byte, to be kept for a month', async () => {
    const token = await logIn()
    const picture = pictureOf('image/png', size, 20 * mebibyte)
    const form = await formFor(token, { contentType: 'image/png', size: picture.length })
    expect(await state(token, form)).toMatchObject({ state: 'expected', size: picture.length })

    expect(await post(form, picture)).toEqual({ status: 201, code: undefined })

    const served = { state: 'served', imageUrl: form.imageUrl, contentType: 'image/png', size: picture.length, ...size }
    await eventually(() => state(token, form), expect.objectContaining(served))
    const file = await s3.send(new GetObjectCommand({ Bucket, Key: keyOf(form) }))
    expect(file).toMatchObject({ ContentType: 'image/png', CacheControl: 'public, max-age=2592000, immutable' })
    expect(Buffer.from((await file.Body?.transformToByteArray()) ?? []).equals(picture)).toBe(true)
    await eventually(() => keysIn(uploadKeyOf(form)), [])
  })

  it('that comes again under a form that was used is removed', async () => {
    const token = await logIn()
    const [first, second] = [pictureOf('image/gif', size, 3000), pictureOf('image/gif', { width: 1, height: 1 }, 3000)]
    const form = await formFor(token, { contentType: 'image/gif', size: 3000 })
    await post(form, first)
    await eventually(() => state(token, form), expect.objectContaining({ state: 'served' }))
    await post(form, second)
    await eventually(() => keysIn(uploadKeyOf(form)), [])
    expect(await readFile(keyOf(form))).toEqual(new Uint8Array(first))
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
    const token = await logIn()
    const form = await formFor(token, { contentType: 'image/png', size: 5000 })
    expect(await post(form, new Uint8Array(file))).toMatchObject({ status: 201 })
    await eventually(() => state(token, form), expect.objectContaining({ state: 'refused', reason }))
    await eventually(() => keysIn(uploadKeyOf(form)), [])
    expect(await keysIn(keyOf(form))).toEqual([])
  })
})

describe('who wishes to be forgotten', () => {
  it('takes along what they uploaded, and what they do not upload any more', async () => {
    const person = await newPerson()
    const [token, other] = [await logIn(person), await logIn()]
    const picture = headerOf('image/png', size)
    const wanted = { contentType: 'image/png', size: picture.length }
    const [served, late, theirs] = [
      await formFor(token, wanted),
      await formFor(token, wanted),
      await formFor(other, wanted),
    ]
    for (const it of [served, theirs]) await post(it, picture)
    await eventually(() => state(token, served), expect.objectContaining({ state: 'served' }))
    await eventually(() => state(other, theirs), expect.objectContaining({ state: 'served' }))

    await box(`/people/${person}/cancel`)

    await eventually(() => keysIn(keyOf(served)), [])
    await eventually(() => state(token, late), expect.objectContaining({ code: 'image-unknown' }))
    expect(await post(late, picture)).toMatchObject({ status: 201 })
    await eventually(() => keysIn(uploadKeyOf(late)), [])
    expect(await keysIn(keyOf(late))).toEqual([])
    expect(await keysIn(keyOf(theirs))).toHaveLength(1)
  })
})

describe('what is not allowed', () => {
  it('is refused before a form is signed', async () => {
    const token = await logIn()
    const refusals = [
      [{ contentType: 'image/png', size: 20 * mebibyte + 1 }, 413, 'image-too-large'],
      [{ contentType: 'text/html', size: 10 }, 415, 'image-type'],
      [{ contentType: 'image/png', size: 0 }, 400, 'body-invalid'],
    ] as const
    for (const [body, status, code] of refusals)
      expect(await ask(token, body)).toMatchObject({ status, body: { code } })
    const unsigned = await callJson('POST', `${stack.addresses.api}/images`, { signal: signal(), body: {} })
    expect(unsigned).toMatchObject({ status: 401, body: { code: 'session-missing' } })
  })

  it('is refused by S3: a byte too much, nothing at all, another type, another user’s key, another policy', async () => {
    const [token, other] = [await logIn(), await logIn()]
    const form = await formFor(token, { contentType: 'image/png', size: 20 * mebibyte })
    const theirs = await formFor(other, { contentType: 'image/png', size: 20 * mebibyte })
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
    expect([await keysIn(uploadKeyOf(form)), await keysIn(uploadKeyOf(theirs))]).toEqual([[], []])
    expect(await state(other, theirs)).toMatchObject({ state: 'expected' })
  })

  it('is to know of other people’s pictures', async () => {
    const [token, other] = [await logIn(), await logIn()]
    const form = await formFor(token, { contentType: 'image/png', size: 100 })
    expect(await state(other, form)).toMatchObject({ status: 404, code: 'image-unknown' })
  })
})

it('neither the functions’ log nor their answers tell who uploads, nor by which signature', () => {
  expect(leaksIn(lines.join('\n'))).toEqual([])
  expect(lines.join('\n')).not.toMatch(/X-Amz-|uploads\//)
})
