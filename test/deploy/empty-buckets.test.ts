import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'

import { emptyBuckets } from '../../deploy/empty-buckets.ts'
import { openS3 } from '../opened.ts'

const buckets = { ImagesBucket: 'stage-images', StaticBucket: 'stage-static' }

/** The two buckets of a stage, one with so many pictures, and another. */
async function openBuckets(pictures = 0) {
  const { s3, client } = await openS3()
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
