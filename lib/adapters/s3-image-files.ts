/** The pictures in S3: heads are read, copies are made inside S3, and nothing of a picture's size comes here. */

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'

import type { ImageFiles } from '../image-ports.ts'

/** Its name has the bytes that it was first served with for ever; but what was forgotten is to end in caches, too. */
const cacheControl = 'public, max-age=2592000, immutable'
/** The business system tags anew what it refers to; what keeps this tag may expire. */
const tagging = 'referenced=no'

/** Creates the client; `isPathStyle` where buckets have no hosts of their own. */
export function openS3({ isPathStyle }: { readonly isPathStyle: boolean }): S3Client {
  return new S3Client({ forcePathStyle: isPathStyle })
}

/** Creates the files of a bucket. */
export function createImageFiles(s3: S3Client, bucket: string): Pick<ImageFiles, 'head' | 'copy' | 'list' | 'remove'> {
  return {
    async head(key, most) {
      const Range = `bytes=0-${most - 1}`
      // Of an empty object there is no first byte: as good as none.
      const found = await unless(
        ['NoSuchKey', 'InvalidRange'],
        s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range })),
      )
      if (found?.Body === undefined) return undefined
      const size = Number(found.ContentRange?.split('/')[1] ?? found.ContentLength)
      return { bytes: await found.Body.transformToByteArray(), size, etag: found.ETag ?? '' }
    },
    async copy(from, to, { contentType, etag }) {
      const request = new CopyObjectCommand({
        Bucket: bucket,
        Key: to,
        CopySource: `${bucket}/${from}`,
        ...(etag === undefined ? {} : { CopySourceIfMatch: etag }),
        MetadataDirective: 'REPLACE',
        ContentType: contentType,
        CacheControl: cacheControl,
        TaggingDirective: 'REPLACE',
        Tagging: tagging,
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

async function unless<T>(names: readonly string[], answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined
    throw error
  }
}
