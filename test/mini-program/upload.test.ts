/** A picture's whole way on the local stack: chosen on the phone, sent to S3, looked at, served. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createApi, type Platform } from '../../examples/mini-program/miniprogram/api.ts'
import { readSettings } from '../../local/environment.ts'
import { pickFreePorts } from '../../local/ports.ts'
import { openStack, type Stack } from '../../local/stack.ts'
import { createWeChatControl } from '../../local/wechat-control.ts'
import { patience } from '../patience.ts'
import { createWx, type StandIn } from './wx.ts'

let stack: Stack
let folder: string
const signal = () => AbortSignal.timeout(patience.timeout)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mini-program-'))
  const settings = { ...readSettings({}), ports: await pickFreePorts('127.0.0.1') }
  stack = await openStack({ settings, env: process.env, onFunctionLine: () => {}, report: () => {} })
}, 90_000)

afterAll(async () => {
  await stack?.close()
  await rm(folder, { recursive: true, force: true })
})

async function openPhone(change = (wx: StandIn): Platform => wx) {
  const box = createWeChatControl(stack.addresses.wechat)
  const person = await box.addPerson('小鹊', signal())
  const wx = change(createWx(() => box.login(person, signal())))
  return createApi({ wx, baseUrl: stack.addresses.api, timeoutMs: 15_000 })
}

async function fileOf(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

/** A picture that any viewer shows: a square of one colour. */
function pngOf(side: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  // Eight bits of each of red, green and blue.
  header.set([8, 2, 0, 0, 0], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, Buffer.from([0x12, 0x66, 0x4f]))])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)))
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

describe('a picture', () => {
  it('is sent, looked at and served, byte by byte', async () => {
    const api = await openPhone()
    const png = pngOf(64)
    const percents: number[] = []
    const id = await api.uploadImage(await fileOf('tmp_1.png', png), it => void percents.push(it)).done
    expect(percents.at(-1)).toBe(100)
    const image = await api.awaitImage(id)
    expect(image).toMatchObject({ id, state: 'served', reason: undefined })
    const served = await fetch(image.imageUrl ?? '', { signal: signal() })
    expect([served.status, served.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(Buffer.from(await served.arrayBuffer()).equals(png)).toBe(true)
  })

  it('that is none behind its first bytes is refused, and nobody else hears of it', async () => {
    const [api, other] = await Promise.all([openPhone(), openPhone()])
    const liar = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(1000, 'x')])
    const id = await api.uploadImage(await fileOf('tmp_2.png', liar)).done
    expect(await api.awaitImage(id)).toMatchObject({ state: 'refused', reason: 'not-an-image', imageUrl: undefined })
    await expect(other.image(id)).rejects.toThrow(expect.objectContaining({ code: 'image-unknown', status: 404 }))
  })

  it('that is larger than it was said to be is refused by S3, and told so', async () => {
    const lying = (wx: StandIn): Platform => ({
      ...wx,
      getFileSystemManager: () => ({
        ...wx.getFileSystemManager(),
        getFileInfo: ({ success }) => success({ size: 20 }),
      }),
    })
    const api = await openPhone(lying)
    const refused = { code: 'upload-refused', status: 400, s3Code: 'EntityTooLarge' }
    const path = await fileOf('tmp_3.png', pngOf(64))
    await expect(api.uploadImage(path).done).rejects.toThrow(expect.objectContaining(refused))
  })
})
