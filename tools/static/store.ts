/** The bucket of the static files, as the command writes it; pictures are in another one. */

import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

import { staticPrefix } from '../../lib/files/static-name.ts'
import { AskError, ask } from '../../local/stage/explain-failure.ts'
import { clientConfig, isLocal, type Place } from '../../local/stage/place.ts'
import type { Stored, Upload } from './plan.ts'

/** Throws an AskError for what the bucket refuses. */
export type StaticStore = {
  /** All that is served from the bucket; a call for each thousand. */
  list(): Promise<Stored>
  put(upload: Upload): Promise<void>
  remove(keys: readonly string[]): Promise<void>
}

export type StaticStoreOptions = {
  readonly place: Place
  readonly bucket: string
  readonly signal: AbortSignal
  /** What a deployment was given to ask AWS with, instead of what is found in the environment. */
  readonly client?: ConstructorParameters<typeof S3Client>[0]
}

/** For a hundred MB on a slow line. */
const answerLimitMs = 600_000
/** S3 removes no more in a call. */
const callSize = 1000

/** Opens the store; what is under way ends with the signal. */
export function openStaticStore({ place, bucket, signal: abortSignal, client = {} }: StaticStoreOptions): StaticStore {
  const s3 = new S3Client({ ...clientConfig(place, answerLimitMs), forcePathStyle: isLocal(place), ...client })
  const request = <T>(right: string, made: Promise<T>) =>
    ask(place, { service: 'S3', what: `bucket ${bucket}`, right: `s3:${right} on ${bucket}` }, made)

  async function page(token: string | undefined) {
    const input = { Bucket: bucket, Prefix: staticPrefix, ...(token === undefined ? {} : { ContinuationToken: token }) }
    return request('ListBucket', s3.send(new ListObjectsV2Command(input), { abortSignal }))
  }

  return {
    async list() {
      const stored = new Map<string, { size: number; etag: string }>()
      let token: string | undefined
      do {
        const { Contents = [], NextContinuationToken } = await page(token)
        for (const { Key = '', Size = 0, ETag = '' } of Contents)
          stored.set(Key, { size: Size, etag: ETag.replaceAll('"', '') })
        token = NextContinuationToken
      } while (token !== undefined)
      return stored
    },
    async put(upload) {
      const { key, contentType, cacheControl } = upload
      const Body = await bytesOf(upload)
      const input = { Bucket: bucket, Key: key, Body, ContentType: contentType, CacheControl: cacheControl }
      await request('PutObject', s3.send(new PutObjectCommand(input), { abortSignal }))
    },
    async remove(keys) {
      for (let from = 0; from < keys.length; from += callSize) {
        const Objects = keys.slice(from, from + callSize).map(Key => ({ Key }))
        const input = { Bucket: bucket, Delete: { Objects, Quiet: true } }
        const { Errors = [] } = await request('DeleteObject', s3.send(new DeleteObjectsCommand(input), { abortSignal }))
        const [error] = Errors
        if (error !== undefined) throw new AskError(`${error.Key} could not be removed: ${error.Code}`)
      }
    },
  }
}

/** What is written under a hash must have it. */
async function bytesOf({ key, from, md5 }: Upload): Promise<Uint8Array> {
  if (from instanceof Uint8Array) return from
  const bytes = await readFile(from.path)
  if (hash('md5', bytes) === md5) return bytes
  throw new AskError(`${key} changed while it was uploaded: run this again`)
}
