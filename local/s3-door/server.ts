/**
 * S3 as phones see it: validates signed forms and signed URLs like S3, and accepts nothing else. The emulator behind it
 * checks no signatures and sends no notifications.
 */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { renderFailure, renderXml, S3Failure } from './failure.ts'
import { judgeForm } from './judge-form.ts'
import { judgeUrl } from './judge-url.ts'
import { putStream, type Stored } from './put-stream.ts'
import { readForm } from './read-form.ts'
import type { Keeper } from './signature.ts'

/** A new object. */
export type Arrival = Stored & { bucket: string; key: string }

export type S3DoorOptions = Keeper & {
  host: string
  port: number
  /** The S3 emulator behind this server. */
  s3: S3Client
  /** Called for each file before its sender gets the answer. */
  onArrival: (arrival: Arrival) => Promise<void>
  now?: () => number
}

/** Starts the server. */
export async function openS3Door(options: S3DoorOptions): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch(error => refuse(response, error))
  }).listen(options.port, options.host)
  await once(server, 'listening')
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(options: S3DoorOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url: target = '/' } = request
  const [, bucket = '', key = ''] = /^\/([^/?]+)\/?([^?]*)/.exec(target) ?? []
  if (method === 'POST' && key === '') return takeForm(options, bucket, { request, response })
  if (method !== 'GET' || key === '') {
    throw new S3Failure('MethodNotAllowed', 'Only signed forms and signed URLs are accepted here.')
  }
  const { now = Date.now, ...keeper } = options
  judgeUrl({ method, target, host: request.headers.host ?? '' }, { ...keeper, now: now() })
  await giveFile(options.s3, { bucket, key: decodeURIComponent(key), range: request.headers.range }, response)
}

async function takeForm(
  { now = Date.now, s3, onArrival, ...keeper }: S3DoorOptions,
  bucket: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { key, size, etag } = await readForm(request, async (fields, file) => {
    const target = { bucket, ...judgeForm(bucket, fields, { ...keeper, now: now() }) }
    return { key: target.key, ...(await putStream(s3, target, file.iterator({ destroyOnReturn: false }))) }
  })
  await onArrival({ bucket, key, size, etag })
  const Location = `http://${request.headers.host}/${bucket}/${key}`
  const body = renderXml('PostResponse', { Location, Bucket: bucket, Key: key, ETag: `"${etag}"` })
  response.writeHead(201, { 'content-type': 'application/xml', location: Location }).end(body)
}

async function giveFile(
  s3: S3Client,
  { bucket, key, range }: { bucket: string; key: string; range: string | undefined },
  response: ServerResponse,
): Promise<void> {
  const file = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...(range ? { Range: range } : {}) }))
  response.writeHead(file.ContentRange === undefined ? 200 : 206, {
    'content-type': file.ContentType ?? 'binary/octet-stream',
    'content-length': file.ContentLength ?? 0,
    ...(file.CacheControl === undefined ? {} : { 'cache-control': file.CacheControl }),
    ...(file.ContentRange === undefined ? {} : { 'content-range': file.ContentRange }),
    etag: file.ETag ?? '',
  })
  if (file.Body instanceof Readable) await pipeline(file.Body, response)
  else response.end()
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  const failure = error instanceof S3Failure ? error : failureOf(error)
  response.writeHead(failure.status, { 'content-type': 'application/xml', connection: 'close' })
  response.end(renderFailure(failure))
}

/** Maps an error of the S3 emulator; its message is not passed on. */
function failureOf(error: unknown): S3Failure {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NoSuchKey' || name === 'NoSuchBucket') return new S3Failure(name, 'The specified one does not exist.')
  return new S3Failure('InternalError', 'The S3 behind this server gave no usable answer.')
}
