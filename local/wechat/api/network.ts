/** WeChat's calls about the network (docs/wechat.md 1.5). */
import { isIP } from 'node:net'
import { textField } from '../json.ts'
import type { AnyEndpoint, Outcome } from './endpoint.ts'

const loopback = '127.0.0.1'
const actions: readonly string[] = ['dns', 'ping', 'all']
const operators: readonly string[] = ['CHINANET', 'UNICOM', 'CAP', 'DEFAULT']

const anyApp = { auth: 'token', of: 'any' } as const

/** GET /cgi-bin/get_api_domain_ip. */
export const apiDomainIp = {
  ...anyApp,
  method: 'GET',
  answer: () => ({ json: JSON.stringify({ ip_list: [loopback] }) }),
} satisfies AnyEndpoint

/** GET /cgi-bin/getcallbackip: networks, whose slash is written with a backslash. */
export const callbackIp = {
  ...anyApp,
  method: 'GET',
  answer: () => ({ json: String.raw`{"ip_list":["127.0.0.0\/8"]}` }),
} satisfies AnyEndpoint

/** POST /cgi-bin/callback/check: how the network sees the receiver; in the box all is well. */
export const callbackCheck = {
  ...anyApp,
  method: 'POST',
  answer: ({ body }, app) => {
    const [action, operator] = [textField(body, 'action'), textField(body, 'check_operator')]
    if (!actions.includes(action)) return { errcode: 40202 }
    if (!operators.includes(operator)) return { errcode: 40203 }
    const { url } = app.callbacks.state()
    return url === undefined ? { errcode: 40201 } : foundWell(action, addressIn(url))
  },
} satisfies AnyEndpoint

function foundWell(action: string, ip: string): Outcome {
  const dns = action === 'ping' ? {} : { dns: [{ ip, real_operator: 'DEFAULT' }] }
  const answer = { ip, from_operator: 'DEFAULT', package_loss: '0%', time: '0.042ms' }
  return { json: JSON.stringify({ ...dns, ...(action !== 'dns' && { ping: [answer] }) }) }
}

function addressIn(url: string): string {
  const host = URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? ''
  return isIP(host) > 0 ? host : loopback
}
