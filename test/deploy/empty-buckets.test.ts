import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, it, onTestFinished } from 'vitest'

import { emptyBuckets } from '../../deploy/empty-buckets.ts'
import { pickFreePort } from '../../local/ports.ts'
import { openSqs } from '../../local/stores.ts'

const buckets = { ImagesBucket: 'stage-images', StaticBucket: 'stage-static' }

/** The two buckets of a stage, one with so many pictures, and another. */
async function openBuckets(pictures = 0) {
  const port = await pickFreePort('127.0.0.1')
  const store = await openSqs(port, 'us-east-1')
  onTestFinished(() => store.close())
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = { endpoint: store.url, region: 'us-east-1', credentials, forcePathStyle: true }
  const s3 = new S3Client(client)
  onTestFinished(() => s3.destroy())
  for (const Bucket of [...Object.values(buckets), 'another']) {
    await s3.send(new CreateBucketCommand({ Bucket }))
    await s3.send(new PutObjectCommand({ Bucket, Key: 'static/a.txt', Body: 'a' }))
  }
  const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket: buckets.ImagesBucket, Key, Body: 'a' }))
  await Promise.all(Array.from({ length: pictures }, (_, index) => put(`images/${index}`)))
  const told: string[] = []
  const empty = (outputs: Readonly<Record<string, string>>) =>
    emptyBuckets(outputs, { config: async () => client, tell: line => void told.push(line) })
  const count = async (Bucket: string) => (await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount
  return { empty, count, told }
}

it('empties both buckets of a stage whose data goes with it, and no other', async () => {
  // More than are listed, or removed, at once.
  const { empty, count, told } = await openBuckets(1001)
  await empty({ ...buckets, DataPolicy: 'Delete' })
  expect([await count('stage-images'), await count('stage-static'), await count('another')]).toEqual([0, 0, 1])
  expect(told).toEqual(['stage-images: objects removed: 1002', 'stage-static: objects removed: 1'])
})

it('leaves all of a stage whose data is kept, or of which that is not known', async () => {
  const { empty, count, told } = await openBuckets()
  for (const outputs of [{ ...buckets, DataPolicy: 'Retain' }, buckets]) await empty(outputs)
  expect([await count('stage-images'), await count('stage-static'), told]).toEqual([1, 1, []])
})

it('goes on with a removal that stopped when a bucket was gone', async () => {
  const { empty, told } = await openBuckets()
  await empty({ ImagesBucket: 'gone', StaticBucket: 'stage-static', DataPolicy: 'Delete' })
  expect(told).toEqual(['gone: objects removed: 0', 'stage-static: objects removed: 1'])
})
