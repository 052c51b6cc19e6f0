/** Our own HTTP API, called from outside as WeChat calls it. */

import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'

import type { Certificate, OwnApi } from '../doctor/deps.ts'

/** WeChat waits no longer for an answer (docs/wechat.md 9.5). */
const limitMs = 5_000
const maxTextLength = 2_000

/** Opens the API below this URL; `limitMs` bounds each exchange. */
export function openOwnApi(url: URL, limits: { readonly limitMs: number } = { limitMs }): OwnApi {
  return {
    address: url.href.replace(/\/$/, ''),
    async get(path, query) {
      const target = new URL(`${url.pathname.replace(/\/$/, '')}${path}`, url)
      target.search = `${new URLSearchParams(query)}`
      // WeChat follows no redirects either.
      const answer = await fetch(target, { redirect: 'manual', signal: AbortSignal.timeout(limits.limitMs) })
      return { status: answer.status, text: (await answer.text()).slice(0, maxTextLength) }
    },
    certificate: async () => (url.protocol === 'https:' ? readCertificate(url, limits.limitMs) : undefined),
  }
}

function readCertificate({ hostname: host, port }: URL, timeoutMs: number): Promise<Certificate> {
  return new Promise((resolve, reject) => {
    // A certificate that a client would refuse is to be reported, not to fail the call.
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = connect({ host, port: Number(port || 443), ...name, rejectUnauthorized: false })
    socket.setTimeout(timeoutMs, () => socket.destroy(new TimeUp()))
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      resolve(describe(host, socket))
      socket.destroy()
    })
  })
}

class TimeUp extends Error {
  readonly code = 'ETIMEDOUT'
}

function describe(host: string, socket: TLSSocket): Certificate {
  const validUntil = Date.parse(socket.getPeerCertificate().valid_to)
  return { host, validUntil, ...(socket.authorized ? {} : { problem: `${socket.authorizationError}` }) }
}
