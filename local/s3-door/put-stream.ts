/** Uploads a stream of unknown length to S3, in parts: at most one part of a file is in memory. */

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { S3Failure } from './failure.ts'

/** The target of a stream, and its limits; sizes in bytes. */
export type Target = { bucket: string; key: string; contentType: string; least: number; most: number }

export type Stored = { size: number; etag: string }

/** S3 accepts no smaller part except the last, and the emulator none above 11 MiB. */
const partBytes = 8 * 1024 * 1024

/** Reads the stream to its end, even if it is too large; throws S3Failure, and then nothing is stored. */
export async function putStream(s3: S3Client, target: Target, chunks: AsyncIterable<Uint8Array>): Promise<Stored> {
  const where = { Bucket: target.bucket, Key: target.key }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...where, ContentType: target.contentType }))
  const upload = { ...where, UploadId }
  try {
    const { size, etags } = await sendParts(s3, upload, readParts(chunks, target.most))
    if (size > target.most)
      throw new S3Failure('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size')
    if (size < target.least)
      throw new S3Failure('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
    const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }))
    const { ETag = '' } = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
    return { size, etag: ETag.replaceAll('"', '') }
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand(upload))
    throw error
  }
}

type Part = { bytes: Buffer; size: number }

async function sendParts(
  s3: S3Client,
  upload: { Bucket: string; Key: string; UploadId: string | undefined },
  parts: AsyncIterable<Part>,
) {
  const etags: string[] = []
  let size = 0
  for await (const part of parts) {
    size = part.size
    if (part.bytes.length === 0) continue
    const command = { ...upload, PartNumber: etags.length + 1, Body: part.bytes }
    etags.push((await s3.send(new UploadPartCommand(command))).ETag ?? '')
  }
  return { size, etags }
}

/** Each part with the total size up to its end; bytes above `most` are only counted. */
async function* readParts(chunks: AsyncIterable<Uint8Array>, most: number): AsyncIterable<Part> {
  let waiting: Uint8Array[] = []
  let [held, size] = [0, 0]
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > most) continue
    waiting.push(chunk)
    held += chunk.length
    if (held < partBytes) continue
    yield { bytes: Buffer.concat(waiting), size }
    waiting = []
    held = 0
  }
  yield { bytes: size > most ? Buffer.alloc(0) : Buffer.concat(waiting), size }
}
