/** How the mini program's API module sends a picture, judged by a server that reads each byte of the form. */

import { writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'

import { beforeEach, describe, expect, it } from 'vitest'

import { createApi } from '../../examples/mini-program/miniprogram/api.ts'
import { openFolder } from '../opened.ts'
import { openServer, problem, type Reply } from './open-server.ts'
import { createWx } from './wx.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const fields = { key: 'uploads/o/i', 'Content-Type': 'image/png', policy: 'eyJ…=', 'x-amz-signature': '0a' }
const id = 'AAAAAAAAAAAAAAAAAAAAAA'

let folder: string

beforeEach(async () => {
  folder = await openFolder()
})

type Form = { type: string; body: Buffer }
type Script = {
  store?: (form: Form) => Reply | undefined
  /** Called as soon as bytes of the form arrive. */
  onBytes?: () => void
  images?: () => Reply
}

/** An API that gives a form, and an S3 whose answer is scripted. */
async function openPlace({ store = () => ({ status: 201 }), onBytes, images }: Script = {}) {
  const asked: { path: string; body: unknown }[] = []
  const slept: number[] = []
  async function answerApi(path: string, body: Buffer, self: string): Promise<Reply> {
    asked.push({ path, body: body.length === 0 ? undefined : JSON.parse(`${body}`) })
    if (path === 'POST /login') return { status: 200, body: { token: 't', expiresIn: 86_400 } }
    if (path.startsWith('GET ')) return images?.() ?? problem(404, 'image-unknown')
    return { status: 201, body: { id, upload: { url: `${self}/s3`, fields }, imageUrl: 'https://x/y', expiresIn: 300 } }
  }
  const baseUrl = await openServer(async (request, self) => {
    if (request.url !== '/s3') return answerApi(`${request.method} ${request.url}`, await bodyOf(request), self)
    request.once('data', () => onBytes?.())
    return store({ type: request.headers['content-type'] ?? '', body: await bodyOf(request) })
  })
  const sleep = async (ms: number) => void slept.push(ms)
  return { api: createApi({ wx: createWx(async () => 'code'), baseUrl, sleep }), asked, slept }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}

/** A file on the phone. */
async function picture(bytes: Buffer, name = 'tmp_1.png') {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

const refusal = (more: object) => expect.objectContaining({ name: 'ApiError', ...more })

/** The parts of a form, as [head, body], read by nobody's library. */
function partsOf({ type, body }: Form): [string, Buffer][] {
  const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(type)?.[1] ?? ''
  const pieces = body.toString('latin1').split(`--${boundary}`)
  expect([pieces[0], pieces.at(-1)]).toEqual(['', '--\r\n'])
  return pieces.slice(1, -1).map(piece => {
    const end = piece.indexOf('\r\n\r\n')
    return [piece.slice(2, end), Buffer.from(piece.slice(end + 4, -2), 'latin1')]
  })
}

describe('uploadImage', () => {
  it('sends each field of the form as it was given, and the file last', async () => {
    const forms: Form[] = []
    const { api, asked } = await openPlace({ store: form => ({ status: 201, body: `${forms.push(form)}` }) })
    const bytes = Buffer.concat([png, Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))])
    const path = await picture(bytes)
    expect(await api.uploadImage(path).done).toBe(id)
    expect(asked.at(-1)).toEqual({ path: 'POST /images', body: { contentType: 'image/png', size: bytes.length } })
    const parts = forms.flatMap(partsOf)
    expect(parts.slice(0, -1).map(([head, body]) => [head, `${body}`])).toEqual(
      Object.entries(fields).map(([name, value]) => [`Content-Disposition: form-data; name="${name}"`, value]),
    )
    const [head, body] = parts.at(-1) ?? []
    expect(head).toBe('Content-Disposition: form-data; name="file"; filename="tmp_1.png"\r\nContent-Type: image/png')
    expect(body?.equals(bytes)).toBe(true)
  })

  it('tells how far it is, up to the end', async () => {
    const { api } = await openPlace()
    const path = await picture(Buffer.concat([png, Buffer.alloc(500_000)]))
    const percents: number[] = []
    await api.uploadImage(path, it => void percents.push(it)).done
    expect(percents.length).toBeGreaterThan(5)
    expect(percents).toEqual([...percents].sort((a, b) => a - b))
    expect(percents.at(-1)).toBe(100)
  })

  it.each([
    ['image/jpeg', 'ffd8ffe000104a46'],
    ['image/png', '89504e470d0a1a0a'],
    ['image/gif', '474946383961'],
    ['image/webp', '52494646aabbccdd57454250'],
  ])('tells %s by its bytes, whatever the file is called', async (contentType, hex) => {
    const { api, asked } = await openPlace()
    const path = await picture(Buffer.from(hex, 'hex'), 'tmp_1.jpg')
    await api.uploadImage(path).done
    expect(asked.at(-1)?.body).toEqual({ contentType, size: hex.length / 2 })
  })

  it.each(['25504446', '3c737667', '52494646aabbccdd57415645', 'ff'])(
    'asks nobody for what is no picture: %s',
    async hex => {
      const { api, asked } = await openPlace()
      const path = await picture(Buffer.from(hex, 'hex'))
      await expect(api.uploadImage(path).done).rejects.toThrow(refusal({ code: 'image-type', status: 415 }))
      expect(asked).toEqual([])
    },
  )

  it('tells what S3 refused, by S3’s code', async () => {
    const xml =
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>EntityTooLarge</Code><Message>Your proposed upload exceeds the maximum allowed size</Message><RequestId>1</RequestId></Error>'
    const { api } = await openPlace({ store: () => ({ status: 400, body: xml }) })
    const path = await picture(png)
    const told = { code: 'upload-refused', status: 400, s3Code: 'EntityTooLarge' }
    await expect(api.uploadImage(path).done).rejects.toThrow(refusal(told))
  })

  it.each(['', 'Service Unavailable', '<Error><Code></Code>', '<Error><Code>'.padEnd(100_000, 'x')])(
    'tells the status where S3’s answer says nothing',
    async body => {
      const { api } = await openPlace({ store: () => ({ status: 503, body }) })
      const path = await picture(png)
      const told = { code: 'upload-refused', status: 503, detail: 'status 503', s3Code: undefined }
      await expect(api.uploadImage(path).done).rejects.toThrow(refusal(told))
    },
  )

  it('stops when it is aborted while bytes go out', async () => {
    let abort = () => {}
    const { api } = await openPlace({ onBytes: () => abort(), store: () => undefined })
    const path = await picture(Buffer.concat([png, Buffer.alloc(5_000_000)]))
    const upload = api.uploadImage(path)
    abort = upload.abort
    await expect(upload.done).rejects.toThrow(refusal({ code: 'aborted', detail: 'uploadFile:fail abort' }))
  })

  it('sends nothing when it is aborted before', async () => {
    const { api, asked } = await openPlace()
    const path = await picture(png)
    const upload = api.uploadImage(path)
    upload.abort()
    await expect(upload.done).rejects.toThrow(refusal({ code: 'aborted', status: 0 }))
    expect(asked).toEqual([])
  })
})

describe('awaitImage', () => {
  const state = (name: string, more: object = {}): Reply => ({ status: 200, body: { id, state: name, ...more } })

  it.each([
    ['served', { imageUrl: 'https://files.example.com/images/o/i.png' }],
    ['refused', { reason: 'type-differs' }],
  ])('asks until the picture is %s', async (end, more) => {
    const answers = [state('expected'), state('checking'), state(end, more)]
    const { api, asked } = await openPlace({ images: () => answers.shift() ?? problem(500, 'internal') })
    expect(await api.awaitImage(id)).toMatchObject({ id, state: end, ...more })
    expect(asked.filter(({ path }) => path === `GET /images/${id}`)).toHaveLength(3)
  })

  it('answers the picture as it is after about a minute', async () => {
    const { api, slept } = await openPlace({ images: () => state('checking') })
    expect(await api.awaitImage(id)).toMatchObject({ state: 'checking', imageUrl: undefined })
    const waited = slept.reduce((sum, ms) => sum + ms, 0)
    expect(waited >= 60_000 && waited < 66_000).toBe(true)
  })

  it('fails at once where the picture is not known', async () => {
    const { api, slept } = await openPlace()
    await expect(api.awaitImage(id)).rejects.toThrow(refusal({ code: 'image-unknown', status: 404 }))
    expect(slept).toEqual([])
  })
})
