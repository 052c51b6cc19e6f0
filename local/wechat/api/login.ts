/** Login of a mini program (docs/wechat.md 4). */
import { createHmac } from 'node:crypto'
import type { MiniProgram } from '../app.ts'
import type { Box } from '../box.ts'
import { admit } from './credentials.ts'
import type { Call, MiniEndpoint, Outcome, Refusal, SecretEndpoint } from './endpoint.ts'

/** GET /sns/jscode2session. */
export const codeToSession = {
  auth: 'secret',
  method: 'GET',
  suffix: 'comma',
  answer: call => {
    const mini = admitCaller(call)
    return 'errcode' in mini ? mini : redeem(call.box, mini, call.query.get('js_code') ?? '')
  },
} satisfies SecretEndpoint

/** GET /wxa/checksession: the signature is an HMAC over nothing, with the session_key as text for its key. */
export const checkSession = {
  auth: 'token',
  method: 'GET',
  of: 'mini',
  answer: ({ query }, { ids, logins }) => {
    if ((query.get('openid') ?? '') === '') return { errcode: 41009 }
    const person = ids.byOpenid(query.get('openid'))
    if (person === undefined) return { errcode: 40003 }
    if (query.get('sig_method') !== 'hmac_sha256') return { errcode: 87008 }
    const sessionKey = logins.sessionKeyOf(person)
    if (sessionKey === undefined) return { errcode: 87007 }
    const signature = createHmac('sha256', sessionKey).digest('hex')
    return signature === query.get('signature') ? { json: '{"errcode":0,"errmsg":"ok"}' } : { errcode: 87009 }
  },
} satisfies MiniEndpoint

function admitCaller(call: Call): MiniProgram | Refusal {
  const ask = (name: string) => call.query.get(name) ?? ''
  const said = {
    appid: ask('appid'),
    secret: ask('secret'),
    grantType: ask('grant_type'),
    expected: 'authorization_code',
  }
  if (said.appid !== '' && said.secret !== '' && ask('js_code') === '') return { errcode: 41008 }
  const app = admit(call, said)
  if ('errcode' in app) return app
  // An Official Account has no wx.login: its codes do not work here.
  return app.kind === 'mini' ? app : { errcode: 40029 }
}

/** Codes of other mini programs are unknown here. */
function redeem(box: Box, { logins, ids }: MiniProgram, code: string): Outcome {
  const person = logins.personOf(code)
  if (person !== undefined && box.profiles.get(person).highRisk) return { errcode: 40226 }
  const outcome = logins.redeem(code)
  if (outcome.kind === 'unknown') return { errcode: 40029 }
  if (outcome.kind === 'used') return { errcode: 40163 }
  const [openid, unionid] = [ids.openid(outcome.person), ids.unionid(outcome.person)]
  return { json: JSON.stringify({ session_key: outcome.sessionKey, openid, unionid }) }
}
