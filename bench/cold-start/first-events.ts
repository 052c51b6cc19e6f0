/** What each function is invoked with first: the request, batch or tick that it is there for. */

import { appids } from '../../kit/app.ts'
import { eventIdOf } from '../aws/fill.ts'
import { handshakeEvent, queueEvent, requestEvent } from '../lambda/events.ts'
import { openidOf, unionidOf } from '../wechat/ids.ts'

const openid = openidOf(1)
const get = (path: string, more = {}) => requestEvent({ method: 'GET', path, body: '', ...more })
const post = (path: string, body: object, more = {}) =>
  requestEvent({ method: 'POST', path, body: JSON.stringify(body), ...more })

/** Those of functions by name, but for some that answer only to what a bench cannot give; `token` is a session token of the mini program. */
export function firstEvents(token: string): Readonly<Record<string, object>> {
  const headers = { authorization: `Bearer ${token}` }
  const data = { character_string1: 'NO-1', amount2: '¥88.00', time3: '2026-11-22 09:30' }
  const at = Math.floor(Date.now() / 1000)
  return {
    login: loginEvent(),
    me: get('/me', { headers }),
    'follow-codes': post('/follow-codes', {}, { headers }),
    callback: handshakeEvent(),
    'link-followers': queueEvent([
      JSON.stringify({ change: 'follow', official: appids.official, openids: [openid], at }),
    ]),
    send: queueEvent([JSON.stringify({ id: 'first', to: { unionid: unionidOf(1) }, template: 'order-paid', data })]),
    'refresh-tokens': {},
    'sync-followers': {},
    'revisit-followers': {},
    'resume-events': { action: 'tick' },
    receipts: queueEvent([JSON.stringify({ msgid: '1000000001', official: appids.official, status: 'success', at })]),
    deliveries: get('/deliveries/{id}', { parameters: { id: eventIdOf(1) } }),
    reach: get('/reach', { query: { unionid: unionidOf(1) } }),
    images: post('/images', { contentType: 'image/png', size: 1000 }, { headers }),
    image: get('/images/{id}', { parameters: { id: 'AAAAAAAAAAAAAAAAAAAAAA' }, headers }),
    'receive-images': queueEvent([JSON.stringify({ Records: [] })]),
    doctor: {},
    menu: { action: 'read' },
    token: get('/token', { query: { app: 'official' } }),
    'serve-files': get('/static/{proxy+}', { parameters: { proxy: 'nothing.txt' } }),
    jwks: get('/.well-known/jwks.json'),
    'domain-file': get('/{file}', { parameters: { file: 'MP_verify_bench.txt' } }),
  }
}

/** One that gets such a token. */
export function loginEvent(): object {
  return post('/login', { code: '0a1b2c3d4e5f' })
}
