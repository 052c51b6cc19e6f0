/** The door in front of the local S3: an evaluator of its own, which knows nothing of our signer. */

import { request } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'

import { createReadableUrls, createUploadForms } from '../../lib/adapters/aws/s3-signer.ts'
import type { ImageType } from '../../lib/images/ports.ts'
import { pickFreePort } from '../../local/ports.ts'
import { S3Failure } from '../../local/s3-door/failure.ts'
import { judgeForm, judgePolicy } from '../../local/s3-door/judge-form.ts'
import { type Arrival, openS3Door } from '../../local/s3-door/server.ts'
import { openSqs } from '../../local/stores.ts'
import { pictureOf } from '../images/pictures.ts'
import { runs } from '../runs.ts'
import '../seed.ts'

const region = 'us-east-1'
const keys = { accessKeyId: 'local', secretAccessKey: 'secret' }
const credentials = { ...keys, sessionToken: '' }
const at = Date.parse('2026-11-22T12:00:00Z')
const types = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'] as const satisfies ImageType[]

function signForm(upload: { key: string; contentType: ImageType; size: number; seconds: number }, now = at) {
  const url = new URL('http://127.0.0.1:4567/pictures')
  return createUploadForms({ url, bucket: 'pictures', region, credentials, now: () => now }).sign(upload)
}

function judge(fields: Readonly<Record<string, string>>, now = at, bucket = 'pictures') {
  return judgeForm(bucket, claimOf(fields), { credentials: keys, region, now })
}

function claimOf(fields: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]))
}

const refused = (code: string, message: unknown = expect.any(String)) =>
  expect.objectContaining({ name: 'S3Failure', code, message })

describe('the policy of a form', () => {
  const name = fc.nat(0xffffffff).map(it => it.toString(36).padEnd(22, '_'))
  const key = fc.tuple(name, name).map(([owner, id]) => `uploads/${owner}/${id}`)
  const uploads = fc.record({
    key,
    contentType: fc.constantFrom(...types),
    size: fc.integer({ min: 1, max: 20 * 1024 * 1024 }),
    seconds: fc.integer({ min: 1, max: 3600 }),
    otherKey: fc.oneof(key, fc.constantFrom('images/x/y.png', 'checking/x/y.png', 'uploads/', '', '../images/x')),
    otherType: fc.constantFrom('text/html', 'image/svg+xml', '', 'image/png; x=y', 'IMAGE/PNG', ...types),
    late: fc.nat(1_000_000_000),
    skew: fc.nat(999),
  })

  function isDenied(fields: Readonly<Record<string, string>>, now = at): boolean {
    try {
      judgePolicy('pictures', claimOf(fields), now)
      return false
    } catch (error) {
      return error instanceof S3Failure && /^Invalid according to Policy: Policy/.test(error.message)
    }
  }

  it('allows no other key, no other type, no larger size and no longer life', { timeout: 900_000 }, () => {
    const isTight = fc.property(uploads, ({ key, contentType, size, seconds, otherKey, otherType, late, skew }) => {
      const { fields } = signForm({ key, contentType, size, seconds }, at + skew)
      const allowance = judge(fields)
      return (
        isDeepStrictEqual(allowance, { key, contentType, least: 1, most: size }) &&
        (otherKey === key || isDenied({ ...fields, key: otherKey })) &&
        (otherType === contentType || isDenied({ ...fields, 'Content-Type': otherType })) &&
        isDenied(fields, at + skew + seconds * 1000 + late)
      )
    })
    const numRuns = runs({ everyday: 4000, wide: 100_000 })
    expect(fc.check(isTight, { numRuns })).toMatchObject({ failed: false, numRuns })
  })

  it('is good for its bucket, its fields and its signature only', () => {
    const { fields } = signForm({ key: 'uploads/a/b', contentType: 'image/png', size: 10, seconds: 300 })
    const altered = Buffer.from(fields.Policy ?? '', 'base64')
      .toString()
      .replace(',1,10]', ',1,11]')
    expect(() => judge(fields, at, 'others')).toThrow(refused('AccessDenied'))
    expect(() => judge({ ...fields, acl: 'public-read' })).toThrow(
      refused('AccessDenied', 'Invalid according to Policy: Extra input fields: acl'),
    )
    expect(() => judge({ ...fields, Policy: Buffer.from(altered).toString('base64') })).toThrow(
      refused('SignatureDoesNotMatch'),
    )
    expect(() => judge({ ...fields, 'X-Amz-Signature': '0'.repeat(64) })).toThrow(refused('SignatureDoesNotMatch'))
    expect(() => judge({ ...fields, 'X-Amz-Security-Token': 'x' })).toThrow(refused('InvalidAccessKeyId'))
    expect(() => judge({ ...fields, 'X-Amz-Credential': 'other/20261122/us-east-1/s3/aws4_request' })).toThrow(
      refused('InvalidAccessKeyId'),
    )
    const { Policy: _, ...bare } = fields
    expect(() => judge(bare)).toThrow(refused('AccessDenied'))
    expect(judge(fields, at + 299_999)).toMatchObject({ key: 'uploads/a/b', most: 10 })
    expect(() => judge(fields, at + 300_000)).toThrow(refused('AccessDenied', expect.stringContaining('expired')))
  })

  it('is judged alike when another signer made it', async () => {
    const s3 = new S3Client({ region, credentials: keys })
    const { fields } = await createPresignedPost(s3, {
      ...{ Bucket: 'pictures', Key: `uploads/\${filename}`, Expires: 60 },
      Conditions: [
        ['starts-with', '$Content-Type', 'image/'],
        ['content-length-range', 5, 7],
      ],
    })
    const form = { ...fields, 'Content-Type': 'image/webp', key: 'uploads/mine' }
    expect(judge(form, Date.now())).toEqual({ key: 'uploads/mine', contentType: 'image/webp', least: 5, most: 7 })
    expect(() => judge({ ...form, key: 'images/mine' }, Date.now())).toThrow(refused('AccessDenied'))
    expect(() => judge({ ...form, 'Content-Type': 'text/html' }, Date.now())).toThrow(refused('AccessDenied'))
  })
})

async function openDoor() {
  const [store, port] = [await openSqs(await pickFreePort('127.0.0.1'), region), await pickFreePort('127.0.0.1')]
  const s3 = new S3Client({ endpoint: store.url, region, credentials: keys, forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'pictures' }))
  const arrivals: Arrival[] = []
  let wall = at
  const now = () => wall
  const onArrival = async (it: Arrival) => void arrivals.push(it)
  const door = await openS3Door({ host: '127.0.0.1', port, region, credentials: keys, s3, onArrival, now })
  onTestFinished(async () => {
    await door.close()
    s3.destroy()
    await store.close()
  })
  const url = new URL(`http://127.0.0.1:${port}/pictures`)
  const place = { url, bucket: 'pictures', region, credentials, now }
  const { fields } = createUploadForms(place).sign({
    ...{ key: 'uploads/a/b', contentType: 'image/png', size: 20 * 1024 * 1024, seconds: 300 },
  })
  const post = async (form: FormData) => {
    const answer = await fetch(url, { method: 'POST', body: form })
    return { status: answer.status, text: await answer.text() }
  }
  return {
    ...{ s3, arrivals, url, fields, post },
    ...createReadableUrls(place),
    keys: async () =>
      ((await s3.send(new ListObjectsV2Command({ Bucket: 'pictures' }))).Contents ?? []).map(it => it.Key),
    tick(ms: number) {
      wall += ms
    },
  }
}

function formOf(fields: Readonly<Record<string, string>>, file: Uint8Array<ArrayBuffer> | undefined): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  if (file !== undefined) form.append('file', new Blob([file]), 'a.png')
  return form
}

describe('the door', () => {
  it('stores a file and tells of it, then gives it by a signed URL, also in part', async () => {
    const { s3, arrivals, fields, post, readableUrl } = await openDoor()
    const picture = pictureOf('image/png', { width: 3, height: 2 }, 9 * 1024 * 1024)
    const { status, text } = await post(formOf(fields, picture))
    expect(status).toBe(201)
    expect(text).toContain('<Key>uploads/a/b</Key>')
    expect(arrivals).toEqual([
      { bucket: 'pictures', key: 'uploads/a/b', size: picture.length, etag: expect.any(String) },
    ])
    const stored = await s3.send(new GetObjectCommand({ Bucket: 'pictures', Key: 'uploads/a/b' }))
    expect(stored.ContentType).toBe('image/png')
    const url = await readableUrl('uploads/a/b', 60)
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(picture)).toBe(true)
    const part = await fetch(url, { headers: { range: 'bytes=0-9' } })
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 10])
  })

  it('takes the SDK’s signed URLs, and none that is altered, over, to come or unsigned', async () => {
    const { s3, url, tick, readableUrl } = await openDoor()
    await s3.send(new PutObjectCommand({ Bucket: 'pictures', Key: 'a/b', Body: 'x' }))
    const client = new S3Client({ endpoint: url.origin, region, credentials: keys, forcePathStyle: true })
    const bySdk = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'pictures', Key: 'a/b' }), {
      ...{ expiresIn: 60, signingDate: new Date(at) },
    })
    const ask = async (address: string) => {
      const answer = await fetch(address)
      return [answer.status, /<Code>(\w+)</.exec(await answer.text())?.[1]]
    }
    expect(await ask(bySdk)).toEqual([200, undefined])
    const own = await readableUrl('a/b', 60)
    expect(await ask(own.replace('/a/b', '/a/c'))).toEqual([403, 'SignatureDoesNotMatch'])
    expect(await ask(own.replace('Expires=60', 'Expires=61'))).toEqual([403, 'SignatureDoesNotMatch'])
    expect(await ask(own.replace('Expires=60', 'Expires=700000'))).toEqual([400, 'AuthorizationQueryParametersError'])
    expect(await ask(`${url}/a/b`)).toEqual([403, 'AccessDenied'])
    expect(await ask(await readableUrl('none', 60))).toEqual([404, 'NoSuchKey'])
    tick(59_999)
    expect(await ask(own)).toEqual([200, undefined])
    tick(1)
    expect(await ask(own)).toEqual([403, 'AccessDenied'])
    tick(-60_000 - 15 * 60_000 - 1)
    expect(await ask(own)).toEqual([403, 'AccessDenied'])
  })

  it('answers an expired form as S3 does', async () => {
    const { fields, post, tick, keys: stored, arrivals } = await openDoor()
    tick(300_000)
    const { status, text } = await post(formOf(fields, new Uint8Array(10)))
    expect([status, text]).toEqual([403, expect.stringContaining('Policy expired')])
    expect([await stored(), arrivals]).toEqual([[], []])
  })

  it.each([
    ['a form without a file', (fields: Record<string, string>) => formOf(fields, undefined), 400, 'InvalidArgument'],
    [
      'a file before its fields',
      (fields: Record<string, string>) => {
        const form = formOf({}, new Uint8Array(10))
        for (const [name, value] of Object.entries(fields)) form.append(name, value)
        return form
      },
      403,
      'AccessDenied',
    ],
    [
      'a field twice',
      (fields: Record<string, string>) => {
        const form = new FormData()
        form.append('key', 'images/x')
        for (const [name, value] of Object.entries(fields)) form.append(name, value)
        form.append('file', new Blob([new Uint8Array(10)]), 'a.png')
        return form
      },
      400,
      'MalformedPOSTRequest',
    ],
  ])('refuses %s', async (_what, make, status, code) => {
    const { fields, post, keys: stored, arrivals } = await openDoor()
    expect(await post(make(fields))).toEqual({ status, text: expect.stringContaining(`<Code>${code}</Code>`) })
    expect([await stored(), arrivals]).toEqual([[], []])
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'GET', 'POST'])('has no other way in: %s', async method => {
    const { url } = await openDoor()
    const answer = await fetch(`${url}/images/x`, method === 'GET' ? {} : { method, body: 'x' })
    expect(answer.status).toBe(method === 'GET' ? 403 : 405)
  })

  it('stores nothing of an upload that breaks off', async () => {
    const { url, fields, keys: stored, arrivals } = await openDoor()
    const head = Object.entries(fields).map(
      ([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    const file = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 1_000_000 }
    const sending = request(url, { method: 'POST', headers })
    const broken = new Promise(resolve => sending.on('error', resolve))
    sending.write(head.join('') + file + 'x'.repeat(1000), () => sending.destroy(new Error('away')))
    await broken
    await expect.poll(async () => [await stored(), arrivals]).toEqual([[], []])
  })
})
