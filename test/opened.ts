/** What a test opens, and what is closed, or removed, with it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { onTestFinished, vi } from 'vitest'

import { pickFreePort } from '../local/ports.ts'
import { openSqs } from '../local/stores.ts'

const region = 'us-east-1'
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** What clients of AWS on this machine are made of, beside their endpoint. */
export const localAws = { region, credentials }

/** What the AWS SDK reads of its environment, until the test ends. */
export function stubAws(more: Readonly<Record<string, string>> = {}): void {
  const env = { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', ...more }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
}

/** Opens SQS and S3, both of which are empty; answers their address. */
export async function openEmulator(): Promise<string> {
  const { url, close } = await openSqs(await pickFreePort('127.0.0.1'), region)
  onTestFinished(close)
  return url
}

/** Opens an empty S3; answers a client of it, and by what such a client is made. */
export async function openS3(more: S3ClientConfig = {}) {
  const client = { endpoint: await openEmulator(), region, credentials, forcePathStyle: true, ...more }
  const s3 = new S3Client(client)
  onTestFinished(() => s3.destroy())
  return { s3, client }
}

/** Makes an empty folder. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
