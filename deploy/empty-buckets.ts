/** Empties the buckets of a stage before its removal: CloudFormation deletes only empty buckets. */

import { DeleteObjectsCommand, ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3'

import type { Outputs } from './paste.ts'

type ClientConfig = ConstructorParameters<typeof S3Client>[0]
type Emptying = { readonly config: () => Promise<ClientConfig>; readonly tell: (line: string) => void }

/**
 * Empties them if the deployed stack deletes its data; the current value of the parameter does not matter. Throws if
 * anything could not be deleted.
 */
export async function emptyBuckets({ DataPolicy, ...outputs }: Outputs, { config, tell }: Emptying): Promise<void> {
  const buckets = [outputs.ImagesBucket, outputs.StaticBucket].filter(it => it !== undefined)
  if (DataPolicy !== 'Delete' || buckets.length === 0) return
  const s3 = new S3Client((await config()) ?? {})
  try {
    for (const bucket of buckets) tell(`${bucket}: objects removed: ${await empty(s3, bucket)}`)
  } finally {
    s3.destroy()
  }
}

/** Deletes page by page, and returns how many objects there were. */
async function empty(s3: S3Client, Bucket: string): Promise<number> {
  let count = 0
  for (;;) {
    const keys = await firstKeys(s3, Bucket)
    if (keys.length === 0) return count
    const Delete = { Objects: keys.map(Key => ({ Key })), Quiet: true }
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }))
    if (Errors.length > 0) throw new Error(`${Bucket} could not be emptied: ${Errors[0]?.Code}`)
    count += keys.length
  }
}

/** A bucket that is already gone, as after an interrupted removal, has no keys. */
async function firstKeys(s3: S3Client, Bucket: string): Promise<string[]> {
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
    return Contents.flatMap(({ Key }) => Key ?? [])
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'NoSuchBucket') return []
    throw error
  }
}
