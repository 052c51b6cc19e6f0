/** What the client makes of WeChat's answers to a template message, over a socket. */

import { createServer, type RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'

import { describe, expect, it } from 'vitest'
import { openCircuit, openClient as openClientOf } from '../../../kit/app.ts'
import { silentLog as log, silentMetrics as metrics } from '../../../kit/silent.ts'
import type { OutgoingMessage } from '../../../lib/ports.ts'
import { createBreaker } from '../../../lib/wechat/breaker.ts'
import { id, miniAppid, officialAppid } from '../../ids.ts'
import { listen } from '../../listen.ts'

const message: OutgoingMessage = { openid: id('o1'), templateId: 't', data: {}, clientMsgId: 'c' }

async function openClient(listener: RequestListener, breaker = openCircuit) {
  const server = createServer(listener)
  const url = await listen(server)
  const wechat = openClientOf({ appid: officialAppid, url, breaker })
  const send = (more: Partial<OutgoingMessage> = {}) => wechat.sendTemplate('token', { ...message, ...more })
  return { send, server }
}

const answering = (body: string) => openClient((_request, response) => response.end(body))

describe('a template message', () => {
  // Where fifty were refused at once for their page, the template was taken for ill, and none left without a page either.
  it('leaves without its page after fifty that were refused for theirs', async () => {
    const breaker = createBreaker({ now: () => 0, log, metrics })
    const { send } = await openClient(async (request, response) => {
      const refused = (await text(request)).includes('pagepath')
      response.end(refused ? '{"errcode":40013,"errmsg":"invalid appid"}' : '{"errcode":0,"msgid":7}')
    }, breaker)
    const page = { miniAppid, path: 'pages/a' }
    const tried = await Promise.allSettled(Array.from({ length: 50 }, () => send({ page })))
    expect(tried.every(it => it.status === 'rejected')).toBe(true)
    await expect(send({ page })).rejects.toMatchObject({ errcode: 40013, withheld: true })
    expect(await send()).toBe('7')
  })

  it.each(['3599307433715204104', '"3599307433715204104"', '"003599307433715204104"'])(
    'has all digits of the msgid that comes as %s',
    async msgid => {
      const { send } = await answering(`{"errcode":0,"errmsg":"ok","msgid":${msgid}}`)
      expect(await send()).toBe('3599307433715204104')
    },
  )

  it.each([
    '{"errcode":0,"errmsg":"ok"}',
    '{"errcode":"0"}',
    ...['0', '"0"', 'null', '""', '-1', '{}', '[1]', '1.5'].map(it => `{"errcode":0,"msgid":${it}}`),
  ])('is taken by %s, which names no message', async body => {
    const { send } = await answering(body)
    expect(await send()).toBeUndefined()
  })

  it.each(['{}', '{"msgid":0}', '{"ok":true}', '[]'])('is not taken by %s, which says nothing', async body => {
    const { send } = await answering(body)
    await expect(send()).rejects.toMatchObject({ name: 'TransportError', isUnsent: false })
  })

  it('is named by the refusal of its duplicate', async () => {
    for (const empty of ['', ',"msgid":""', ',"msgid":null']) {
      const { send } = await answering(
        `{"errcode":45065,"errmsg":"clientmsgid exist","msg_id":3599307433715204104${empty}}`,
      )
      await expect(send()).rejects.toMatchObject({ errcode: 45065, msgid: '3599307433715204104', isRepeat: false })
    }
  })

  it('may have been sent by a call whose kept connection was lost, whatever the second call is answered', async () => {
    let calls = 0
    const { send } = await openClient((request, response) => {
      calls += 1
      if (calls === 2) request.socket.resetAndDestroy()
      else response.end(calls === 1 ? '{"errcode":0}' : '{"errcode":43004,"errmsg":"require subscribe"}')
    })
    await send()
    await expect(send()).rejects.toMatchObject({ errcode: 43004, isRepeat: true })
    expect(calls).toBe(3)
  })

  it('may have been sent by such a call although the second finds no connection', async () => {
    let calls = 0
    const { send, server } = await openClient((request, response) => {
      calls += 1
      if (calls > 1) {
        server.close()
        request.socket.resetAndDestroy()
      } else response.end('{"errcode":0}')
    })
    await send()
    await expect(send()).rejects.toMatchObject({ failure: 'reset', isUnsent: false })
    expect(calls).toBe(2)
  })
})
