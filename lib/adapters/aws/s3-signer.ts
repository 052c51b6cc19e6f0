/**
 * Signature Version 4 for S3's forms and URLs. Hand-written, because the SDK's signers slow down each cold start; tests
 * compare it with them.
 */

import { createHash, createHmac } from 'node:crypto'

import type { ImageFiles, UploadForms } from '../../images/ports.ts'
import type { Now } from '../../ports.ts'

/** A bucket at the address that its clients use, and the credentials that sign. */
export type SignedPlace = {
  /** The bucket's own host, or a host with the bucket's name as path. */
  readonly url: URL
  readonly bucket: string
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    /** Empty for credentials that do not expire. */
    readonly sessionToken: string
  }
  readonly now: Now
}

/** What a signature permits. The signer itself must have the right, although it does not use it. */
export const lentRights = {
  sign: ['PutObject'],
  readableUrl: ['GetObject', 'ListBucket'],
} as const satisfies Record<keyof UploadForms | 'readableUrl', readonly string[]>

const algorithm = 'AWS4-HMAC-SHA256'

/** Creates the signer of forms (POST). */
export function createUploadForms(place: SignedPlace): UploadForms {
  return {
    sign({ key, contentType, size, seconds }) {
      const { now, ...scope } = scopeOf(place)
      const fields = {
        'Content-Type': contentType,
        success_action_status: '201',
        bucket: place.bucket,
        ...parametersOf(place, scope),
      }
      const conditions = [
        ['content-length-range', 1, size],
        ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
        { key },
      ]
      const policy = JSON.stringify({ expiration: secondsOnly(now + seconds * 1000), conditions })
      const Policy = Buffer.from(policy).toString('base64')
      return {
        url: place.url.href.replace(/\/$/, ''),
        fields: { ...fields, key, Policy, 'X-Amz-Signature': signatureOf(Policy, scope, place) },
      }
    },
  }
}

/** Creates the signer of URLs by which anybody can read an object (GET). */
export function createReadableUrls(place: SignedPlace): Pick<ImageFiles, 'readableUrl'> {
  return {
    async readableUrl(key, seconds) {
      const scope = scopeOf(place)
      const path = `${place.url.pathname.replace(/\/$/, '')}/${key.split('/').map(encode).join('/')}`
      const parameters = {
        ...parametersOf(place, scope),
        'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
        'X-Amz-Expires': `${seconds}`,
        'X-Amz-SignedHeaders': 'host',
      }
      const pairs = Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(value)}`)
      const query = pairs.sort().join('&')
      const request = ['GET', path, query, `host:${place.url.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n')
      const hash = createHash('sha256').update(request).digest('hex')
      const text = [algorithm, scope.date, scope.name, hash].join('\n')
      return `${place.url.origin}${path}?${query}&X-Amz-Signature=${signatureOf(text, scope, place)}`
    },
  }
}

type Scope = { readonly date: string; readonly name: string }

function scopeOf({ region, now }: SignedPlace): Scope & { readonly now: number } {
  const at = now()
  const date = secondsOnly(at).replaceAll(/[-:]/g, '')
  return { now: at, date, name: `${date.slice(0, 8)}/${region}/s3/aws4_request` }
}

function parametersOf({ credentials }: SignedPlace, scope: Scope): Record<string, string> {
  const { accessKeyId, sessionToken } = credentials
  return {
    'X-Amz-Algorithm': algorithm,
    'X-Amz-Credential': `${accessKeyId}/${scope.name}`,
    'X-Amz-Date': scope.date,
    ...(sessionToken === '' ? {} : { 'X-Amz-Security-Token': sessionToken }),
  }
}

function signatureOf(text: string, { name }: Scope, { credentials }: SignedPlace): string {
  const first: string | Buffer = `AWS4${credentials.secretAccessKey}`
  const key = name.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), first)
  return hmac(key, text).toString('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function secondsOnly(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** Percent-encodes like S3: only letters, digits and `-._~` stay as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, it => `%${it.charCodeAt(0).toString(16).toUpperCase()}`)
}
