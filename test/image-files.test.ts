/** The store of pictures: its contract in memory and on S3's stand-in, and what is asked of S3. */

import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'
import { memoryImageFiles } from '../kit/memory-files.ts'
import { createImageFiles } from '../lib/adapters/aws/s3-image-files.ts'
import { headBytes } from '../lib/images/receive-images.ts'
import { pickFreePort } from '../local/ports.ts'
import { openSqs } from '../local/stores.ts'
import { imageFilesContract } from './contracts/image-files.ts'
import { openForAll } from './for-all.ts'
import { localAws } from './opened.ts'

describe('in memory', () =>
  imageFilesContract(async () => {
    const files = memoryImageFiles()
    return { files, put: async (key, bytes) => files.put(key, bytes) }
  }))

describe('on fauxqs', () => {
  const store = openForAll(async () => openSqs(await pickFreePort('127.0.0.1'), localAws.region))
  let made = 0

  imageFilesContract(async () => {
    const Bucket = `pictures-${made++}`
    const s3 = new S3Client({ endpoint: store.url, forcePathStyle: true, ...localAws })
    await s3.send(new CreateBucketCommand({ Bucket }))
    return {
      files: createImageFiles(s3, Bucket),
      async put(Key, Body) {
        await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
      },
    }
  })
})

describe('S3', () => {
  const denied = () => Object.assign(new Error('denied'), { name: 'AccessDenied' })

  it('is asked for the first 256 KiB, and for a copy and a new file with their own type, age and tag', async () => {
    const mock = mockClient(S3Client)
    mock.on(GetObjectCommand).resolves({})
    mock.on(CopyObjectCommand).resolves({})
    mock.on(PutObjectCommand).resolves({})
    const files = createImageFiles(new S3Client({ region: 'us-east-1' }), 'pictures')
    await files.head('uploads/a/b', headBytes)
    await files.copy('uploads/a/b', 'images/a/b.png', { contentType: 'image/png', etag: '"e"' })
    await files.write('images/a/c.png', Buffer.from('c'), { contentType: 'image/png' })
    const [got] = mock.commandCalls(GetObjectCommand)
    expect(got?.args[0].input).toEqual({ Bucket: 'pictures', Key: 'uploads/a/b', Range: 'bytes=0-262143' })
    const [copied] = mock.commandCalls(CopyObjectCommand)
    const served = {
      ...{ ContentType: 'image/png', CacheControl: 'public, max-age=2592000, immutable', Tagging: 'referenced=no' },
    }
    expect(copied?.args[0].input).toEqual({
      ...{ Bucket: 'pictures', Key: 'images/a/b.png', CopySource: 'pictures/uploads/a/b', CopySourceIfMatch: '"e"' },
      ...{ MetadataDirective: 'REPLACE', TaggingDirective: 'REPLACE' },
      ...served,
    })
    const [put] = mock.commandCalls(PutObjectCommand)
    expect(put?.args[0].input).toEqual({
      ...{ Bucket: 'pictures', Key: 'images/a/c.png', Body: Buffer.from('c') },
      ...served,
    })
  })

  it('that denies is no S3 without the file', async () => {
    const mock = mockClient(S3Client)
    mock.on(GetObjectCommand).rejects(denied())
    mock.on(CopyObjectCommand).rejects(denied())
    const files = createImageFiles(new S3Client({ region: 'us-east-1' }), 'pictures')
    await expect(files.head('uploads/a/b', 10)).rejects.toThrow('denied')
    await expect(files.read('uploads/a/b', '"e"')).rejects.toThrow('denied')
    await expect(files.copy('a', 'b', { contentType: 'image/png' })).rejects.toThrow('denied')
  })
})
