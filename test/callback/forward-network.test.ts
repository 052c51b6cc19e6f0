import { createServer, type RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createPost } from '../../lib/adapters/forward.ts'
import { isAllowed } from '../../lib/adapters/forward-network.ts'
import { listen } from '../listen.ts'

describe('an address', () => {
  it.each([
    ['8.8.8.8', true, true, true],
    ['2606:4700::1111', true, true, true],
    ['10.1.2.3', false, true, false],
    ['172.31.0.1', false, true, false],
    ['192.168.1.1', false, true, false],
    ['100.64.0.1', false, true, false],
    ['fd12::1', false, true, false],
    ['::ffff:10.1.2.3', false, true, false],
    ['127.0.0.1', false, false, true],
    ['127.8.9.1', false, false, true],
    ['::1', false, false, true],
    ['::ffff:127.0.0.1', false, false, true],
    ['169.254.169.254', false, false, false],
    ['::ffff:169.254.169.254', false, false, false],
    ['fd00:ec2::254', false, false, false],
    ['fe80::1', false, false, false],
    ['0.0.0.0', false, false, false],
    ['::', false, false, false],
    ['224.0.0.1', false, false, false],
    ['255.255.255.255', false, false, false],
    ['64:ff9b::a9fe:a9fe', false, false, false],
    ['2002:7f00:1::', false, false, false],
    ['not an address', false, false, false],
  ])('%s is allowed in public %s, in private %s, locally %s', (address, ...allowed) => {
    expect((['public', 'private', 'loopback'] as const).map(it => isAllowed(address, it))).toEqual(allowed)
  })
})

const openServer = (serve: RequestListener) => listen(createServer(serve))

const request = { query: { nonce: '1' }, body: '<xml></xml>', hops: 2 }

describe('a post', () => {
  it('never reaches a server of this machine or a network that is not allowed, by address or by name', async () => {
    let calls = 0
    const url = await openServer((_, response) => {
      calls += 1
      response.end('success')
    })
    const { port } = new URL(url)
    const urls = [
      `https://127.0.0.1:${port}/`,
      `https://localhost:${port}/`,
      `https://[::1]:${port}/`,
      `http://127.0.0.1:${port}/`,
    ]
    for (const network of ['public', 'private'] as const)
      for (const it of urls)
        await expect(createPost(network)(it, request, 1000)).rejects.toMatchObject({
          name: 'ForwardError',
          why: 'address',
        })
    expect(calls).toBe(0)
    expect(await createPost('loopback')(`http://localhost:${port}/`, request, 5000)).toBe('success')
  })

  it('goes as WeChat’s own: with the query added to the URL’s, its headers, and the very body', async () => {
    const seen: unknown[] = []
    const url = await openServer(async (call, response) => {
      const chunks = await call.toArray()
      seen.push(call.method, call.url, call.headers, Buffer.concat(chunks).toString())
      response.end(' ok ')
    })
    expect(await createPost('loopback')(`${url}/wx?a=1`, { ...request, body: '{"你":1}' }, 5000)).toBe(' ok ')
    const headers = {
      'user-agent': 'Mozilla/4.0',
      accept: '*/*',
      'content-type': 'application/json',
      'content-length': '9',
      'x-queqiao-hops': '2',
    }
    expect(seen).toEqual(['POST', '/wx?a=1&nonce=1', expect.objectContaining(headers), '{"你":1}'])
  })

  it.each([
    ['a redirect', { status: 302 }, { why: 'status', status: 302 }],
    ['an error', { status: 500 }, { why: 'status', status: 500 }],
    ['more than 256 KiB', { size: 257 * 1024 }, { why: 'too-large' }],
    ['no end in time', { hangs: true }, { why: 'timeout' }],
    ['a connection that breaks', { breaks: true }, { why: 'unreachable' }],
  ])('fails for %s', async (_, { status = 200, size = 1, hangs = false, breaks = false }: Partial<Answer>, failure) => {
    const url = await openServer((call, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' })
      response.write('x'.repeat(size))
      if (breaks) call.socket.destroy()
      else if (!hangs) response.end()
    })
    await expect(createPost('loopback')(url, request, hangs ? 50 : 10_000)).rejects.toMatchObject(failure)
  })

  it('fails for a server that is not there', async () => {
    await expect(createPost('loopback')('http://127.0.0.1:1/', request, 10_000)).rejects.toMatchObject({
      why: 'unreachable',
    })
  })
})

type Answer = { status: number; size: number; hangs: boolean; breaks: boolean }
