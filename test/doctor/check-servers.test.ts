import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createHandshake } from '../../lib/adapters/forward.ts'
import { signQuery, verifySignature } from '../../lib/callback/signature.ts'
import type { DoctorDeps } from '../../lib/doctor/deps.ts'
import { twoPairs } from '../second-pair.ts'
import { openDoctorWorld, serve } from './doctor-world.ts'

const [app] = twoPairs.officials
const stamp = { timestamp: '1796000000', nonce: '20261122' }

/** The server `crm` at a URL, asked with a token as the function asks it. */
function serversAt(url: string, token: string | undefined, limitMs = 2000): Pick<DoctorDeps, 'servers'> {
  const ask = createHandshake('loopback')
  const handshake = async (echostr: string) =>
    token === undefined ? undefined : ask(url, { ...signQuery(stamp, token), echostr }, limitMs)
  return { servers: [{ app, name: 'crm', handshake }] }
}

async function find(servers: Pick<DoctorDeps, 'servers'>) {
  const report = await (await openDoctorWorld()).examine(servers)
  return report.find('servers')
}

describe('a server behind us', () => {
  const answering = (answer: (query: URLSearchParams, response: ServerResponse) => void) =>
    serve((request, response) => answer(new URL(request.url ?? '', 'http://localhost').searchParams, response))

  it('is well where it answers a handshake that is signed with its Token', async () => {
    const url = await answering((query, response) => {
      const { echostr, ...signed } = Object.fromEntries(query)
      response.writeHead(verifySignature(signed, 'theirs') ? 200 : 403).end(`${echostr}\n`)
    })
    expect(await find(serversAt(`${url}/wx?a=1`, 'theirs'))).toMatchObject({
      status: 'ok',
      words: expect.stringContaining('crm answers'),
    })
    expect(await find(serversAt(url, 'another'))).toMatchObject({
      status: 'warning',
      words: 'crm answers the handshake with HTTP 403',
      hint: expect.stringContaining('Token'),
    })
  })

  it('may take pushes alone', async () => {
    const url = await answering((_query, response) => void response.end('success'))
    expect(await find(serversAt(url, 'theirs'))).toMatchObject({
      status: 'warning',
      hint: expect.stringContaining('POST alone'),
    })
  })

  it.each([
    ['hangs up', (_query: URLSearchParams, response: ServerResponse) => void response.destroy(), 'unreachable'],
    ['hangs', () => undefined, 'timeout'],
    ['fails', (_query: URLSearchParams, response: ServerResponse) => void response.writeHead(502).end(), 'status 502'],
  ])('is wrong where it %s', async (_, answer, why) => {
    const url = await answering(answer)
    expect(await find(serversAt(url, 'theirs', 200))).toMatchObject({
      status: 'wrong',
      words: expect.stringContaining(why),
    })
  })

  it('that is wrong hides no other that answers otherwise than it should', async () => {
    const url = await answering((_query, response) => void response.end('success'))
    const { servers: [good] = [] } = serversAt(url, 'theirs')
    const { servers: [bad] = [] } = serversAt('http://127.0.0.1:1/', 'theirs')
    const both = [good, bad].flatMap((it, at) => (it === undefined ? [] : { ...it, name: ['shop', 'crm'][at] ?? '' }))
    const found = await find({ servers: both })
    expect(found).toMatchObject({
      status: 'wrong',
      words: expect.stringMatching(/crm, .* does not answer.*; shop answers/),
    })
    expect(found?.hint).toContain('POST alone')
  })

  it('is not asked without a Token, nor at an address inside a network', async () => {
    expect(await find(serversAt('http://127.0.0.1:1/', undefined))).toMatchObject({ status: 'not-checked' })
    const ask = createHandshake('public')
    const handshake = (echostr: string) => ask('https://10.0.0.1/', { echostr }, 2000)
    expect(await find({ servers: [{ app, name: 'crm', handshake }] })).toMatchObject({
      status: 'wrong',
      hint: 'FORWARD_NETWORK does not allow its address',
    })
  })

  it('is looked for only where there is one', async () => {
    expect(await find({})).toBeUndefined()
    expect(await find({ servers: [] })).toBeUndefined()
  })
})
