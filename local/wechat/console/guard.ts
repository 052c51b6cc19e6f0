/** Who may use the console and the control API: this machine, and from elsewhere who has the token. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** A refusal with its status, or how the request goes on; `cookie` if it came with the token in its URL. */
export type Verdict = { refused: string; status: 401 | 403 } | { refused?: undefined; cookie?: string }

/** The guard of one box. */
export type Guard = ReturnType<typeof createGuard>

const cookieName = 'queqiao-console'
const foreignPage = 'the control API serves only its own console and programs, no pages of other origins'
const noToken = 'from another machine this needs the token of the URL that the box printed'

/** Creates the guard; there is a token only where other machines can connect. */
export function createGuard(host: string) {
  const token = isLoopback(host) ? undefined : randomBytes(16).toString('hex')

  function judge(request: IncomingMessage): Verdict {
    const { origin, host: named = '' } = request.headers
    if (origin !== undefined && origin !== `http://${named}`) return { status: 403, refused: foreignPage }
    const given = token === undefined ? undefined : givenToken(request)
    if (token === undefined || given === undefined || !isSame(given.text, token)) return judgeStranger(request, named)
    return given.inUrl ? { cookie: `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Strict` } : {}
  }

  /** Without the token only this machine is let in, and only under a name that is its own. */
  function judgeStranger({ socket }: IncomingMessage, named: string): Verdict {
    if (!isThisMachine(socket)) return { status: 401, refused: noToken }
    if (named === '' || isOwnName(named, host)) return {}
    return { status: 403, refused: `"${named.slice(0, 100)}" is no name of this box; ask for localhost or an address` }
  }

  return { token, judge }
}

/** The token in the URL, from a program's header, or from the browser's cookie. */
function givenToken({ url = '', headers }: IncomingMessage): { text: string; inUrl: boolean } | undefined {
  const inUrl = new URLSearchParams(url.split('?')[1] ?? '').get('token')
  if (inUrl !== null) return { text: inUrl, inUrl: true }
  const text =
    /^Bearer (\w+)$/.exec(headers.authorization ?? '')?.[1] ??
    new RegExp(`(?:^|; )${cookieName}=(\\w+)`).exec(headers.cookie ?? '')?.[1]
  return text === undefined ? undefined : { text, inUrl: false }
}

/**
 * A page of another site can have its own name resolve to this machine (DNS rebinding), and is then of the same origin; but
 * not under an address, or a name that is always this machine.
 */
function isOwnName(named: string, host: string): boolean {
  const name = named
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  return isIP(name) > 0 || name === 'localhost' || name.endsWith('.localhost') || name === host.toLowerCase()
}

/** Also a machine that calls itself under its own address in the network. */
function isThisMachine({ remoteAddress = '', localAddress }: IncomingMessage['socket']): boolean {
  return isLoopback(remoteAddress) || remoteAddress === localAddress
}

/** Whether only this machine can be at this address. */
function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '')
  return plain === 'localhost' || plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
