/** A signed form through CloudFront: its own function, and its way of asking an origin, before a door that judges as S3 does. */

import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createContext, runInContext } from 'node:vm'

import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3'
import * as v from 'valibot'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'

import { createUploadForms } from '../../lib/adapters/aws/s3-signer.ts'
import { pickFreePort } from '../../local/ports.ts'
import { openS3Door } from '../../local/s3-door/server.ts'
import { listen } from '../listen.ts'
import { openS3 } from '../opened.ts'

const region = 'us-east-1'
const keys = { accessKeyId: 'local', secretAccessKey: 'secret' }
const bucket = 'pictures'
const key = 'uploads/owner/picture'
const picture = Buffer.from('a picture')

type Asked = { readonly method: string; readonly uri: string; querystring: object; headers: Record<string, object> }
type Judged = Asked | { readonly statusCode: number }

/** The function as it is deployed. */
async function readFunction(): Promise<(asked: Asked) => Judged> {
  const text = await readFile(join(import.meta.dirname, '../../resources/origin-access.yml'), 'utf8')
  const file = parse(text, { logLevel: 'silent' })
  const { FunctionCode } = file.elsewhere.resources.Resources.UploadsOnly.Properties
  const context = createContext({})
  runInContext(v.parse(v.string(), FunctionCode), context)
  const judged = v.object({ handler: v.custom<(event: object) => Judged>(it => typeof it === 'function') })
  const { handler } = v.parse(judged, context)
  return request => handler({ request })
}

/** CloudFront between clients and the bucket: the client's headers but for `Host`, which is the origin's. */
async function openCloudFront(origin: URL, judge: (asked: Asked) => Judged): Promise<string> {
  const forward = async (request: IncomingMessage) => {
    const { pathname: uri, search } = new URL(request.url ?? '', 'http://cloudfront')
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, { value }]))
    const judged = judge({ method: request.method ?? '', uri, querystring: { search }, headers })
    if ('statusCode' in judged) return new Response(null, { status: judged.statusCode })
    const kept = Object.keys(judged.headers).filter(it => !['host', 'connection', 'content-length'].includes(it))
    const sent = kept.map((name): [string, string] => [name, `${request.headers[name]}`])
    return fetch(origin, { method: judged.method, headers: sent, body: await buffer(request) })
  }
  return listen(
    createServer(async (request, response) => {
      const answer = await forward(request)
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
    }),
  )
}

async function openPlace() {
  const { s3 } = await openS3({ credentials: keys })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const port = await pickFreePort('127.0.0.1')
  const place = { host: '127.0.0.1', port, s3, region, credentials: keys }
  const door = await openS3Door({ ...place, onArrival: async () => undefined })
  onTestFinished(() => door.close())
  // Path style, where S3 would go by the name of the origin.
  const files = await openCloudFront(new URL(`http://127.0.0.1:${port}/${bucket}`), await readFunction())
  return { s3, files }
}

function signForm(url: string) {
  const credentials = { ...keys, sessionToken: '' }
  const forms = createUploadForms({ url: new URL(url), bucket, region, credentials, now: Date.now })
  return forms.sign({ key, contentType: 'image/png', size: picture.length, seconds: 300 })
}

function post(url: string, fields: Readonly<Record<string, string>>, bytes: Uint8Array<ArrayBuffer> = picture) {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  body.append('file', new Blob([bytes]))
  return fetch(url, { method: 'POST', body, headers: { authorization: 'Bearer of the mini program' } })
}

it('is as good as at the bucket itself, byte for byte', async () => {
  const { s3, files } = await openPlace()
  const { url, fields } = signForm(files)
  expect(url).toBe(files)
  expect((await post(url, fields)).status).toBe(201)
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(picture)
})

it('is held to its policy all the same', async () => {
  const { files } = await openPlace()
  const { url, fields } = signForm(files)
  const larger = Buffer.concat([picture, picture])
  expect((await post(url, fields, larger)).status).toBe(400)
  expect((await post(url, { ...fields, key: 'images/owner/picture.png' })).status).toBe(403)
  expect((await post(url, { ...fields, 'Content-Type': 'text/html' })).status).toBe(403)
})

it('is all that gets through', async () => {
  const { files } = await openPlace()
  const { fields } = signForm(files)
  expect((await post(`${files}/uploads`, fields)).status).toBe(404)
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
    expect((await fetch(files, { method })).status).toBe(404)
  const judge = await readFunction()
  const asked = { method: 'POST', uri: '/', querystring: { delete: { value: '' } }, headers: { authorization: {} } }
  expect(judge(asked)).toEqual({ method: 'POST', uri: '/', querystring: {}, headers: {} })
})
