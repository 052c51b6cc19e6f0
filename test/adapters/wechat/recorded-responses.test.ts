/** What WeChat was seen to answer, fed to the client as raw bytes over a socket. */

import { createServer, type Server } from 'node:net'
import { inspect } from 'node:util'

import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openClient } from '../../../kit/app.ts'
import { listen } from '../../../kit/listen.ts'
import { readAnswer } from '../../../lib/adapters/wechat/answer.ts'
import { createTransport } from '../../../lib/adapters/wechat/transport.ts'
import { TransportError, WeChatError } from '../../../lib/errors.ts'
import { canary, leaksIn } from '../../canary.ts'
import { officialAppid } from '../../ids.ts'
import codes from '../../wechat/error-codes.json' with { type: 'json' }
import recorded from '../../wechat/recorded-responses.json' with { type: 'json' }

type Entry = {
  id: string
  endpoint: string
  status: number | null
  content_type?: string
  headers?: object
  body: string | null
}

const entries: Entry[] = recorded
const { accessToken, appsecret, openid } = canary
const shortCode = 'canaryCode'

let present: Entry | undefined
let server: Server
let baseUrl: URL

beforeAll(async () => {
  server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => (present?.status == null ? socket.resetAndDestroy() : socket.end(bytesOf(present))))
  })
  baseUrl = new URL(`http://127.0.0.1:${await listen(server)}`)
})
afterAll(() => void server.close())

function bytesOf({ status, content_type, headers, body }: Entry): Buffer {
  const payload = Buffer.from(body ?? '')
  const lines = Object.entries({ ...headers, 'Content-Type': content_type ?? 'application/json; encoding=utf-8' })
    .filter(([name]) => !/^(connection|content-length)$/i.test(name))
    .map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${status} Recorded\r\n${lines.join('')}Content-Length: ${payload.byteLength}\r\nConnection: close\r\n\r\n`
  return Buffer.concat([Buffer.from(head), payload])
}

/**
 * The class of an entry (docs/wechat.md 11.1): by its errcode, or transient where there is no answer to read.
 */
function expectedClass({ status, body }: Entry): string {
  if (status !== 200 || body === null || body === '') return 'transient'
  const code = Number(/"errcode":\s*"?(-?\d+)/.exec(body)?.[1] ?? 0)
  return codes.find(it => it.code === code)?.class ?? 'transient'
}

/** How a call ends; an error that tells a secret fails the test. */
async function outcomeOf(call: () => Promise<unknown>): Promise<{ class: string; text: string }> {
  try {
    await call()
    return { class: 'ok', text: '' }
  } catch (error) {
    expect(leaksIn(error, [shortCode, 'http://'])).toEqual([])
    const text = inspect(error, { depth: 10, showHidden: true })
    if (error instanceof WeChatError || error instanceof TransportError) return { class: error.class, text }
    return { class: `unhandled ${text}`, text }
  }
}

const transport = () => createTransport({ baseUrl, timeoutMs: 5_000 })
const client = () =>
  openClient({ appid: officialAppid, appsecret: async () => appsecret, transport: transport(), now: () => 0 })

const media = { mediaUrl: 'https://bucket/checking/x.png?X-Amz-Signature=canary', openid, scene: 4 } as const
const message = { openid, templateId: 'T', data: {}, clientMsgId: 'c' }
const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  'GET /cgi-bin/user/get': () => client().followerPage(accessToken),
  'POST /cgi-bin/user/info/batchget': () => client().followerInfo(accessToken, [openid]),
  'GET /sns/jscode2session': () => client().exchangeCode(shortCode),
  'POST /cgi-bin/message/template/send': () => client().sendTemplate(accessToken, message),
  'POST /wxa/media_check_async': () => client().mediaCheckAsync(accessToken, media),
}

async function readAny(): Promise<unknown> {
  const answer = await transport()({
    api: 'any',
    path: '/any',
    query: { access_token: accessToken },
    body: {},
    safe: true,
  })
  return readAnswer('any', answer, v.unknown(), [accessToken])
}

describe.each(entries)('$id $endpoint', entry => {
  it('ends in its class, and no error tells a secret', async () => {
    present = entry
    const outcomes = [await outcomeOf(readAny), await outcomeOf(calls[entry.endpoint] ?? readAny)]
    expect(outcomes.map(it => it.class)).toEqual(Array(2).fill(expectedClass(entry)))
  })
})

describe('an answer', () => {
  const answering = (body: string) => ({ id: '', endpoint: '', status: 200, body })
  const answerTo = async (body: string) => {
    present = answering(body)
    return client().sendTemplate(accessToken, message)
  }

  it('keeps all 64 bits of a msgid', async () => {
    const ids = ['3599307433715204104', '18446744073709551615', '200228332', '9007199254740993']
    for (const msgid of ids) {
      expect(await answerTo(`{"errcode":0,"errmsg":"ok","msgid":${msgid}}`)).toBe(msgid)
    }
  })

  it('that echoes the token, the openid or a secret brings none of them into the error', async () => {
    const errmsg = `invalid credential ${accessToken} of ${openid} rid: 67860b0e-669b34f7-640f7a98`
    const { text } = await outcomeOf(() => answerTo(JSON.stringify({ errcode: 40001, errmsg })))
    expect(text).toContain('invalid credential')
    expect(text).toContain('67860b0e-669b34f7-640f7a98')
  })

  it('that echoes a short secret brings that out neither', async () => {
    present = answering(`{"errcode":40029,"errmsg":"invalid code ${shortCode}, rid: x"}`)
    const { text } = await outcomeOf(() => client().exchangeCode(shortCode))
    expect(text).toContain('invalid code …')
  })

  it('of the wrong shape is told as such, by the field', async () => {
    present = answering('{"openid":{"a":1}}')
    expect((await outcomeOf(() => client().exchangeCode(shortCode))).text).toContain('unexpected openid')
    expect((await outcomeOf(() => answerTo('{"msgid":{"a":1}}'))).text).toContain('unexpected answer')
    expect((await outcomeOf(() => answerTo('[1,2]'))).text).toContain('not a JSON object')
    expect((await outcomeOf(() => answerTo('<html></html>'))).text).toContain('not a JSON object')
  })

  it('to a check of a picture is its trace_id, and none of its errors tells the signed URL', async () => {
    const check = async (body: string) => {
      present = answering(body)
      return client().mediaCheckAsync(accessToken, media)
    }
    const traceId = '967e945cd8a3e458f3c74dcb886068e9'
    expect(await check(`{"errcode":0,"errmsg":"ok","trace_id":"${traceId}"}`)).toBe(traceId)
    for (const answer of ['{"errcode":0}', '{"errcode":0,"trace_id":""}', '{"errcode":0,"trace_id":7}']) {
      expect((await outcomeOf(() => check(answer))).text).toContain('unexpected trace_id')
    }
    const { text } = await outcomeOf(() => check(`{"errcode":87020,"errmsg":"again ${media.mediaUrl} rid: x"}`))
    expect(text).toContain('again …')
    expect(text).not.toContain('X-Amz-Signature')
  })

  it('of more than 4 MB is cut off', async () => {
    const outcome = await outcomeOf(() => answerTo(`{"errmsg":"${'x'.repeat(5 * 1024 * 1024)}"}`))
    expect(outcome.text).toContain('too-large')
  })
})
