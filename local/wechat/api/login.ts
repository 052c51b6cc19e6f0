/** Login of the mini program (docs/wechat.md 4). */
import { createHmac } from 'node:crypto'
import type { Box } from '../box.ts'
import { appWithId, refuseAddress, refuseCredentials, refuseOverQuota } from './credentials.ts'
import type { Call, Outcome, Refusal, SecretEndpoint, TokenEndpoint } from './endpoint.ts'

/** GET /sns/jscode2session. */
export const codeToSession = {
  auth: 'secret',
  method: 'GET',
  suffix: 'comma',
  answer: call => refuseCaller(call) ?? redeem(call.box, call.query.get('js_code') ?? ''),
} satisfies SecretEndpoint

/** GET /wxa/checksession: the signature is an HMAC over nothing, with the session_key as text for its key. */
export const checkSession = {
  auth: 'token',
  method: 'GET',
  apps: ['mini'],
  answer: ({ box, query }) => {
    if ((query.get('openid') ?? '') === '') return { errcode: 41009 }
    const person = box.people.byMiniOpenid(query.get('openid'))
    if (person === undefined) return { errcode: 40003 }
    if (query.get('sig_method') !== 'hmac_sha256') return { errcode: 87008 }
    const sessionKey = box.logins.sessionKeyOf(person)
    if (sessionKey === undefined) return { errcode: 87007 }
    const signature = createHmac('sha256', sessionKey).digest('hex')
    return signature === query.get('signature') ? { json: '{"errcode":0,"errmsg":"ok"}' } : { errcode: 87009 }
  },
} satisfies TokenEndpoint

function refuseCaller(call: Call): Refusal | undefined {
  const ask = (name: string) => call.query.get(name) ?? ''
  const said = {
    appid: ask('appid'),
    secret: ask('secret'),
    grantType: ask('grant_type'),
    expected: 'authorization_code',
  }
  const app = appWithId(call.box, said.appid)
  if (said.appid !== '' && said.secret !== '' && ask('js_code') === '') return { errcode: 41008 }
  const refused = refuseCredentials(call.box, said)
  if (refused !== undefined || app === undefined) return refused ?? { errcode: 40013 }
  if (!app.allowList.admits(call.address)) return refuseAddress(call.address)
  const over = refuseOverQuota(call, app)
  // An Official Account has no wx.login: its codes do not work here.
  return over ?? (app.name === 'mini' ? undefined : { errcode: 40029 })
}

function redeem(box: Box, code: string): Outcome {
  const person = box.logins.personOf(code)
  if (person !== undefined && box.profiles.get(person).highRisk) return { errcode: 40226 }
  const outcome = box.logins.redeem(code)
  if (outcome.kind === 'unknown') return { errcode: 40029 }
  if (outcome.kind === 'used') return { errcode: 40163 }
  const openid = box.people.miniOpenid(outcome.person)
  const unionid = box.people.unionid(outcome.person)
  return { json: JSON.stringify({ session_key: outcome.sessionKey, openid, unionid }) }
}
