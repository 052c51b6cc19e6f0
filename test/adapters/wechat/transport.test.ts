import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { ClientRequest, createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { Socket } from 'node:net'

import { describe, expect, it, onTestFinished } from 'vitest'

import { createTransport } from '../../../lib/adapters/wechat/transport.ts'
import { canary, leaksIn } from '../../canary.ts'
import { listen } from '../../listen.ts'

const query = { access_token: canary.accessToken, openid: canary.openid, secret: canary.appsecret }
const call = { api: 'user/get', path: '/cgi-bin/user/get', query, safe: true }

/** A server on loopback that keeps its sockets and requests, so that a test can look at them and end them. */
async function openServer(listener: RequestListener = (_request, response) => response.end('{}')) {
  const sockets: Socket[] = []
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    listener(request, response)
  })
  server.on('connection', socket => sockets.push(socket))
  return { baseUrl: new URL(await listen(server)), sockets, requests, server }
}

describe('the transport', () => {
  it('uses one kept connection for calls that follow each other, always with a Content-Length', async () => {
    const { baseUrl, sockets, requests } = await openServer()
    const transport = createTransport({ baseUrl })
    await transport(call)
    await transport({ ...call, body: { 名: '值' } })
    expect(sockets).toHaveLength(1)
    expect(requests.map(it => [it.method, it.headers['content-length'], it.headers['transfer-encoding']])).toEqual([
      ['GET', undefined, undefined],
      ['POST', `${Buffer.byteLength('{"名":"值"}')}`, undefined],
    ])
  })

  it('makes a safe call again on a new connection when the kept one has died of idleness', async () => {
    let dying = false
    const { baseUrl, sockets } = await openServer((request, response) => {
      if (dying) request.socket.resetAndDestroy()
      else response.end('{}')
      dying = false
    })
    const transport = createTransport({ baseUrl })
    await transport(call)
    dying = true
    expect(await transport(call)).toMatchObject({ status: 200 })
    expect(sockets).toHaveLength(2)
    dying = true
    await expect(transport({ ...call, safe: false })).rejects.toThrow(
      expect.objectContaining({ failure: 'reset', isUnsent: false }),
    )
  })

  it('lets go of an idle connection after 10 s: WeChat closes its own without notice, some after 15 s', async () => {
    const { baseUrl, server } = await openServer()
    // As WeChat, it says nothing of how long it waits.
    server.keepAliveTimeout = 0
    const asked: ClientRequest[] = []
    const note = (message: unknown) => {
      if (message instanceof Object && 'request' in message && message.request instanceof ClientRequest)
        asked.push(message.request)
    }
    subscribe('http.client.request.start', note)
    onTestFinished(() => void unsubscribe('http.client.request.start', note))
    await createTransport({ baseUrl })(call)
    expect(asked.map(it => it.socket?.timeout)).toEqual([10_000])
  })

  it('does not try a third time', async () => {
    let answers = 1
    const { baseUrl, requests } = await openServer((request, response) => {
      if (answers-- > 0) response.end('{}')
      else request.socket.resetAndDestroy()
    })
    const transport = createTransport({ baseUrl })
    await transport(call)
    await expect(transport(call)).rejects.toThrow(expect.objectContaining({ failure: 'reset' }))
    expect(requests).toHaveLength(3)
  })

  it('knows that a call which found no connection was not sent', async () => {
    const { baseUrl, server } = await openServer()
    server.close()
    await once(server, 'close')
    await expect(createTransport({ baseUrl })(call)).rejects.toThrow(
      expect.objectContaining({ failure: 'connect', isUnsent: true }),
    )
  })

  it('goes by what the function has left, and makes no call when that is nothing', async () => {
    const { baseUrl, requests } = await openServer(() => {})
    const late = createTransport({ baseUrl, remainingMs: () => 1_000 })
    await expect(late(call)).rejects.toThrow(expect.objectContaining({ failure: 'withheld', isUnsent: true }))
    expect(requests).toHaveLength(0)
    const soon = createTransport({ baseUrl, remainingMs: () => 1_050 })
    await expect(soon(call)).rejects.toThrow(
      expect.objectContaining({ failure: 'timeout', message: expect.stringContaining('50 ms') }),
    )
  })

  it('tells no URL, query or token in its errors, however deep one looks', async () => {
    const { baseUrl } = await openServer(request => request.socket.resetAndDestroy())
    const error = await createTransport({ baseUrl })({ ...call, safe: false }).catch((it: unknown) => it)
    expect(error).toMatchObject({ api: 'user/get' })
    expect(leaksIn(error, ['access_token', 'http://', '127.0.0.1'])).toEqual([])
  })
})
