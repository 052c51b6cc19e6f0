import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { describe, expect, it, onTestFinished } from 'vitest'

import { createTransport } from '../../../lib/adapters/wechat/transport.ts'
import { canary, leaksIn } from '../../canary.ts'
import { listen } from '../../listen.ts'
import { selfSigned } from '../../self-signed.ts'

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

  it('makes it again on a new connection also where all kept ones have died', async () => {
    const dead = new Set<Socket>()
    const waiting: (() => void)[] = []
    const { baseUrl, sockets } = await openServer((request, response) => {
      if (dead.has(request.socket)) return void request.socket.resetAndDestroy()
      waiting.push(() => response.end('{}'))
      // Five at once have a connection each; later ones are answered at once.
      if (waiting.length >= 5) for (const answer of waiting) answer()
    })
    const transport = createTransport({ baseUrl })
    await Promise.all(Array.from({ length: 5 }, () => transport(call)))
    for (const socket of sockets) dead.add(socket)
    expect(await transport(call)).toMatchObject({ status: 200, isRepeat: true })
    expect(sockets).toHaveLength(6)
  })

  it('lets go of an idle connection after 10 s: WeChat closes its own without notice, some after 15 s', async () => {
    const { baseUrl, server } = await openServer()
    // As WeChat, it says nothing of how long it waits.
    server.keepAliveTimeout = 0
    const opened: Socket[] = []
    const note = (message: unknown) => {
      if (message instanceof Object && 'socket' in message && message.socket instanceof Socket)
        opened.push(message.socket)
    }
    subscribe('net.client.socket', note)
    onTestFinished(() => void unsubscribe('net.client.socket', note))
    await createTransport({ baseUrl })(call)
    expect(opened.map(it => it.timeout)).toEqual([10_000])
    opened[0]?.emit('timeout')
    expect(opened[0]?.destroyed).toBe(true)
  })

  it('lets go of an idle connection before the other side does, where that says how long it waits', async () => {
    const { baseUrl, sockets, server } = await openServer()
    server.keepAliveTimeout = 1_000
    const transport = createTransport({ baseUrl })
    await transport(call)
    await transport(call)
    expect(sockets).toHaveLength(2)
  })

  it('opens no more connections than it may, and makes the calls that wait one after the other', async () => {
    const { baseUrl, sockets, requests } = await openServer()
    const transport = createTransport({ baseUrl, sockets: 2 })
    await Promise.all(Array.from({ length: 7 }, () => transport(call)))
    expect([sockets.length, requests.length]).toEqual([2, 7])
  })

  it('reads an answer in pieces, with a length or in chunks, and one that ends with its connection', async () => {
    const text = `{"errmsg":"${'好'.repeat(30_000)}"}`
    const { baseUrl, sockets } = await openServer((request, response) => {
      if (request.url?.startsWith('/ends')) return void request.socket.end(`HTTP/1.1 200 OK\r\n\r\n${text}`)
      if (request.url?.startsWith('/length')) response.setHeader('content-length', Buffer.byteLength(text))
      response.write(text.slice(0, 7))
      setImmediate(() => response.end(text.slice(7)))
    })
    const transport = createTransport({ baseUrl })
    const bodies = []
    for (const path of ['/chunks', '/length', '/ends', '/chunks'])
      bodies.push((await transport({ ...call, path })).body.toString())
    expect(bodies).toEqual([text, text, text, text])
    expect(sockets).toHaveLength(2)
  })

  it.each([
    ['bytes after an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n'],
    ['a connection that is not kept', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}'],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    ],
  ])('takes the answer, and another connection for the next call, after %s', async (_, answer) => {
    const { baseUrl, sockets } = await openServer(request => request.socket.write(answer))
    const transport = createTransport({ baseUrl })
    expect((await transport(call)).body.toString()).toBe('{}')
    expect((await transport(call)).body.toString()).toBe('{}')
    expect(sockets).toHaveLength(2)
  })

  it.each([
    ['is cut off', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}', 'reset'],
    ['is cut off in its head', 'HTTP/1.1 200 OK\r\nContent-Le', 'reset'],
    ['is no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'reset'],
    ['has two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}', 'reset'],
    ['has a head without an end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, 'reset'],
    ['is too large', `HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n${' '.repeat(4_200_000)}`, 'too-large'],
  ])('gives up where an answer %s, though WeChat may have acted', async (_, answer, failure) => {
    const { baseUrl } = await openServer(request => request.socket.end(answer))
    await expect(createTransport({ baseUrl })(call)).rejects.toThrow(
      expect.objectContaining({ failure, isUnsent: false }),
    )
  })

  it('speaks TLS with whom it trusts, and has sent nothing to another', async () => {
    const requests: string[] = []
    const { key, cert } = selfSigned(Date.now() + 86_400_000, ['127.0.0.1'])
    const server = createTlsServer({ key, cert }, (request, response) => {
      requests.push(`${request.method} ${request.headers.host}`)
      response.end('{}')
    })
    const baseUrl = new URL(await listen(server))
    await expect(createTransport({ baseUrl })(call)).rejects.toThrow(
      expect.objectContaining({ failure: 'connect', isUnsent: true }),
    )
    expect(requests).toEqual([])
    const trusted = getCACertificates()
    onTestFinished(() => setDefaultCACertificates(trusted))
    setDefaultCACertificates([cert])
    const transport = createTransport({ baseUrl })
    await Promise.all([transport(call), transport({ ...call, body: {} })])
    expect(requests.sort()).toEqual([`GET ${baseUrl.host}`, `POST ${baseUrl.host}`])
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

  it('goes by what the call has left as well', async () => {
    const { baseUrl, requests } = await openServer(() => {})
    const transport = createTransport({ baseUrl, remainingMs: () => 20_000 })
    await expect(transport({ ...call, leftMs: () => 1_000 })).rejects.toMatchObject({ failure: 'withheld' })
    expect(requests).toHaveLength(0)
    const soon = transport({ ...call, leftMs: () => 1_050 })
    await expect(soon).rejects.toMatchObject({ failure: 'timeout', message: expect.stringContaining('50 ms') })
  })

  it('tells no URL, query or token in its errors, however deep one looks', async () => {
    const { baseUrl } = await openServer(request => request.socket.resetAndDestroy())
    const error = await createTransport({ baseUrl })({ ...call, safe: false }).catch((it: unknown) => it)
    expect(error).toMatchObject({ api: 'user/get' })
    expect(leaksIn(error, ['access_token', 'http://', '127.0.0.1'])).toEqual([])
  })
})
