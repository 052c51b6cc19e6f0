/** The picture files in S3; copies are made within S3. */

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'

import type { ImageFiles, ImageType } from '../../images/ports.ts'
import { fileLimits } from './limits.ts'

/** The bytes of a served name never change; still, erased pictures must expire from caches. */
const cacheControl = 'public, max-age=2592000, immutable'
/** Pictures with this tag may expire; the business system replaces the tag when it uses a picture. */
const tagging = 'referenced=no'

/** Creates the client; `isPathStyle` if buckets have no host names of their own. */
export function openS3({ isPathStyle }: { readonly isPathStyle: boolean }): S3Client {
  return new S3Client({ forcePathStyle: isPathStyle, requestHandler: fileLimits })
}

/** Creates the file store of a bucket. */
export function createImageFiles(s3: S3Client, bucket: string): Omit<ImageFiles, 'readableUrl'> {
  return {
    async head(key, most) {
      const Range = `bytes=0-${most - 1}`
      // An empty object has no first byte: treated as missing.
      const found = await unless(
        ['NoSuchKey', 'InvalidRange'],
        s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range })),
      )
      if (found?.Body === undefined) return undefined
      const size = Number(found.ContentRange?.split('/')[1] ?? found.ContentLength)
      return { bytes: await found.Body.transformToByteArray(), size, etag: found.ETag ?? '' }
    },
    async read(key, etag) {
      const request = new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag })
      const found = await unless(['PreconditionFailed', 'NoSuchKey'], s3.send(request))
      return found?.Body?.transformToByteArray()
    },
    async write(key, bytes, { contentType }) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ...servedAs(contentType) }))
    },
    async copy(from, to, { contentType, etag }) {
      const request = new CopyObjectCommand({
        Bucket: bucket,
        Key: to,
        CopySource: `${bucket}/${from}`,
        ...(etag === undefined ? {} : { CopySourceIfMatch: etag }),
        MetadataDirective: 'REPLACE',
        TaggingDirective: 'REPLACE',
        ...servedAs(contentType),
      })
      return (await unless(['PreconditionFailed', 'NoSuchKey'], s3.send(request))) !== undefined
    },
    async *list(Prefix) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix })) {
        yield Contents.flatMap(it => it.Key ?? [])
      }
    },
    async remove(key) {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    },
  }
}

function servedAs(contentType: ImageType) {
  return { ContentType: contentType, CacheControl: cacheControl, Tagging: tagging }
}

async function unless<T>(names: readonly string[], answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined
    throw error
  }
}
