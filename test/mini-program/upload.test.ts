/** A picture's whole way on the local stack: chosen on the phone, sent to S3, looked at, served. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

import { expect, it } from 'vitest'

import { createApi } from '../../examples/mini-program/miniprogram/api.ts'
import { createWeChatControl } from '../../local/wechat-control.ts'
import { openForAll } from '../for-all.ts'
import { openWholeStack, signal } from '../local/whole-stack.ts'
import { openFolder } from '../opened.ts'
import { createWx } from './wx.ts'

const stack = openForAll(() => openWholeStack())

async function openPhone() {
  const box = createWeChatControl(stack.addresses.wechat)
  const person = await box.addPerson('小鹊', signal())
  const wx = createWx(() => box.login(person, signal()))
  return createApi({ wx, baseUrl: stack.addresses.api, timeoutMs: 15_000 })
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

it('a picture is sent, looked at and served, byte by byte', async () => {
  const api = await openPhone()
  const png = pngOf(64)
  const file = join(await openFolder(), 'tmp_1.png')
  await writeFile(file, png)
  const percents: number[] = []
  const id = await api.uploadImage(file, it => void percents.push(it)).done
  expect(percents.at(-1)).toBe(100)
  const image = await api.awaitImage(id)
  expect(image).toMatchObject({ id, state: 'served', reason: undefined })
  const served = await fetch(image.imageUrl ?? '', { signal: signal() })
  expect([served.status, served.headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(Buffer.from(await served.arrayBuffer()).equals(png)).toBe(true)
})
