/** Our signatures beside those of the SDK, for the same input. */

import { S3Client } from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createReadableUrls, createUploadForms, type SignedPlace } from '../../../lib/adapters/aws/s3-signer.ts'
import type { ImageType } from '../../../lib/images/ports.ts'
import '../../seed.ts'

const at = Date.parse('2026-11-22T12:34:56.789Z')
const place = (more: Partial<SignedPlace> = {}): SignedPlace => ({
  url: new URL('https://pictures.s3.ap-southeast-1.amazonaws.com'),
  bucket: 'pictures',
  region: 'ap-southeast-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', sessionToken: '' },
  now: () => Date.now(),
  ...more,
})
const withToken = (token: string) => place({ credentials: { ...place().credentials, sessionToken: token } })

/** An empty token is none to us, and to the SDK only an absent one is. */
function credentialsOf({ credentials: { sessionToken, ...keys } }: SignedPlace) {
  return sessionToken === '' ? keys : { ...keys, sessionToken }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: at })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a form', () => {
  const upload = { key: 'uploads/owner/id', contentType: 'image/png' as ImageType, size: 12_345, seconds: 300 }
  const bySdk = (where: SignedPlace, { key, contentType, size, seconds } = upload) =>
    createPresignedPost(new S3Client({ region: where.region, credentials: credentialsOf(where) }), {
      Bucket: where.bucket,
      Key: key,
      Fields: { 'Content-Type': contentType, success_action_status: '201' },
      Conditions: [['content-length-range', 1, size]],
      Expires: seconds,
    })

  it.each(['', 'IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ=='])(
    'has the fields and the signature that the SDK makes, with the session token %j',
    async token => {
      const where = withToken(token)
      const { fields, url } = createUploadForms(where).sign(upload)
      expect(fields).toEqual((await bySdk(where)).fields)
      expect(url).toBe('https://pictures.s3.ap-southeast-1.amazonaws.com')
    },
  )

  it('has them for any key, type, size and life', async () => {
    const uploads = fc.record({
      key: fc.stringMatching(/^uploads\/[A-Za-z0-9_-]{22}\/[A-Za-z0-9_-]{22}$/),
      contentType: fc.constantFrom<ImageType[]>('image/jpeg', 'image/png', 'image/webp', 'image/gif'),
      size: fc.integer({ min: 1, max: 20 * 1024 * 1024 }),
      seconds: fc.integer({ min: 1, max: 604_800 }),
    })
    await fc.assert(
      fc.asyncProperty(uploads, async one => {
        expect(createUploadForms(place()).sign(one).fields).toEqual((await bySdk(place(), one)).fields)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a readable URL', () => {
  const bySdk = async (where: SignedPlace, path: string, expiresIn: number) => {
    const { region } = where
    const presigner = new S3RequestPresigner({
      region,
      credentials: credentialsOf(where),
      sha256: new S3Client({ region }).config.sha256,
    })
    const { hostname, port, protocol, host } = where.url
    const request = {
      ...{ method: 'GET', protocol, hostname, path, headers: { host }, query: {} },
      ...(port === '' ? {} : { port: Number(port) }),
    }
    const signed = await presigner.presign({ ...request, clone: () => request } as never, {
      expiresIn,
      signingDate: new Date(at),
    })
    return signed.query ?? {}
  }

  it.each([
    ['a bucket’s own host', place(), '/checking/owner/id.png'],
    ['a session token', withToken('IQoJb3JpZ2lu//8='), '/checking/owner/id.png'],
    [
      'a host with the bucket as its path',
      place({ url: new URL('http://127.0.0.1:4567/pictures') }),
      '/pictures/checking/owner/id.png',
    ],
  ])('is signed as by the SDK: %s', async (_what, where, path) => {
    const url = new URL(await createReadableUrls(where).readableUrl('checking/owner/id.png', 3600))
    expect(Object.fromEntries(url.searchParams)).toEqual(await bySdk(where, path, 3600))
    expect([url.host, url.pathname]).toEqual([where.url.host, path])
  })

  it('spells a key as S3 does', async () => {
    const url = await createReadableUrls(place()).readableUrl("a b/ü+(1)'!.png", 60)
    expect(new URL(url).pathname).toBe('/a%20b/%C3%BC%2B%281%29%27%21.png')
  })
})
