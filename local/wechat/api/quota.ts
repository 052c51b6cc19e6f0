/** Reads and clears the call counters, and looks up failed calls (docs/wechat.md 8). */
import type { App } from '../app.ts'
import { textField } from '../json.ts'
import { admit } from './credentials.ts'
import type { AnyEndpoint, Call, Outcome, Owner, Refusal, SecretEndpoint } from './endpoint.ts'

const OK: Outcome = { json: '{"errcode":0,"errmsg":"ok"}' }
const ridPattern = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/

/** Returns the kind of app that may call a path; undefined for a path that WeChat does not have. */
export type PathOwner = (path: string) => Owner | undefined

/** POST /cgi-bin/clear_quota. */
export const clearQuota = {
  auth: 'token',
  method: 'POST',
  of: 'any',
  answer: ({ box, body }, app) => {
    if (textField(body, 'appid') !== app.appid) return { errcode: 40013 }
    return box.quota.clearAll(app.name) ? OK : { errcode: 48006 }
  },
} satisfies AnyEndpoint

/** POST /cgi-bin/clear_quota/v2: the page's table wants the secret in the body, its example in the query; both work. */
export const clearQuotaBySecret = {
  auth: 'secret',
  method: 'POST',
  answer: call => {
    const said = (name: string) => textField(call.body, name) || (call.query.get(name) ?? '')
    const app = admit(call, { appid: said('appid'), secret: said('appsecret') })
    if ('errcode' in app) return app
    return call.box.quota.clearAll(app.name) ? OK : { errcode: 48006 }
  },
} satisfies SecretEndpoint

/** POST /cgi-bin/openapi/quota/get and quota/clear; they need to know whose each path is. */
export function quotaEndpoints(ownerOf: PathOwner) {
  const refusePath = (path: string, app: App): Refusal | undefined => {
    const owner = ownerOf(path)
    if (owner === undefined) return { errcode: 76021 }
    const isIts = owner === 'any' || owner === app.kind
    return isIts && !path.startsWith('/sns') ? undefined : { errcode: 76022 }
  }
  const both = { auth: 'token', method: 'POST', of: 'any' } as const

  const get = {
    ...both,
    answer: ({ box, body }: Call, app: App): Outcome => {
      const path = textField(body, 'cgi_path')
      return refusePath(path, app) ?? { json: JSON.stringify(describe(box.quota.usage(app.name, path))) }
    },
  } satisfies AnyEndpoint
  const clear = {
    ...both,
    answer: ({ box, body }: Call, app: App): Outcome => {
      const path = textField(body, 'cgi_path')
      return refusePath(path, app) ?? (box.quota.clear(app.name, path) ? OK : { errcode: 48006 })
    },
  } satisfies AnyEndpoint
  return { get, clear }
}

/** POST /cgi-bin/openapi/rid/get: tells about a refused call of the same account, its access_token included, as WeChat does. */
export const ridGet = {
  auth: 'token',
  method: 'POST',
  of: 'any',
  answer: ({ box, body }, app) => {
    const rid = textField(body, 'rid')
    if (!ridPattern.test(rid)) return { errcode: 76002 }
    if (Number.parseInt(rid.slice(0, 8), 16) > box.clock.seconds()) return { errcode: 76004 }
    const record = box.rids.find(rid)
    if (record === undefined) return { errcode: 76001 }
    if (record.app !== app.name) return { errcode: 76003 }
    const request = {
      invoke_time: Math.floor(record.at / 1000),
      cost_in_ms: 1,
      request_url: record.query,
      request_body: record.body,
      response_body: record.response,
      client_ip: record.address,
    }
    return { json: JSON.stringify({ errcode: 0, errmsg: 'ok', request }) }
  },
} satisfies AnyEndpoint

function describe({ daily, used, minute }: { daily: number; used: number; minute?: number }) {
  const rate = minute === undefined ? undefined : { call_count: minute, refresh_second: 60 }
  const quota = { daily_limit: daily, used, remain: Math.max(0, daily - used) }
  return { errcode: 0, errmsg: 'ok', quota, rate_limit: rate, component_rate_limit: rate }
}
