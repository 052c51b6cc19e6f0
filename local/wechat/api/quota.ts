/** Reads and clears the call counters, and looks up failed calls (docs/wechat.md 8). */
import type { App } from '../box.ts'
import { textField } from '../json.ts'
import { admit } from './credentials.ts'
import type { Call, Outcome, Refusal, SecretEndpoint, TokenEndpoint } from './endpoint.ts'

const OK: Outcome = { json: '{"errcode":0,"errmsg":"ok"}' }
const ridPattern = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/

/** Tells which apps may call a path; undefined for a path that WeChat does not have. */
export type PathOwners = (path: string) => readonly string[] | undefined

/** POST /cgi-bin/clear_quota. */
export const clearQuota = {
  auth: 'token',
  method: 'POST',
  apps: ['official', 'mini'],
  answer: ({ box, body }, app) => {
    if (textField(body, 'appid') !== app.appid) return { errcode: 40013 }
    return box.quota.clearAll(app.name) ? OK : { errcode: 48006 }
  },
} satisfies TokenEndpoint

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
export function quotaEndpoints(ownersOf: PathOwners) {
  const refusePath = (path: string, app: App): Refusal | undefined => {
    const owners = ownersOf(path)
    if (owners === undefined) return { errcode: 76021 }
    return owners.includes(app.name) && !path.startsWith('/sns') ? undefined : { errcode: 76022 }
  }
  const both = { auth: 'token', method: 'POST', apps: ['official', 'mini'] } as const

  const get = {
    ...both,
    answer: ({ box, body }: Call, app: App): Outcome => {
      const path = textField(body, 'cgi_path')
      return refusePath(path, app) ?? { json: JSON.stringify(describe(box.quota.usage(app.name, path))) }
    },
  } satisfies TokenEndpoint
  const clear = {
    ...both,
    answer: ({ box, body }: Call, app: App): Outcome => {
      const path = textField(body, 'cgi_path')
      return refusePath(path, app) ?? (box.quota.clear(app.name, path) ? OK : { errcode: 48006 })
    },
  } satisfies TokenEndpoint
  return { get, clear }
}

/** POST /cgi-bin/openapi/rid/get: tells about a refused call of the same account, its access_token included, as WeChat does. */
export const ridGet = {
  auth: 'token',
  method: 'POST',
  apps: ['official', 'mini'],
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
} satisfies TokenEndpoint

function describe({ daily, used, minute }: { daily: number; used: number; minute?: number }) {
  const rate = minute === undefined ? undefined : { call_count: minute, refresh_second: 60 }
  const quota = { daily_limit: daily, used, remain: Math.max(0, daily - used) }
  return { errcode: 0, errmsg: 'ok', quota, rate_limit: rate, component_rate_limit: rate }
}
