/** WeChat's gateway: finds the endpoint, checks method, body, token, address and quota, and wraps the result. */
import type { App, Box } from '../box.ts'
import type { AppName } from '../defaults.ts'
import { createRid, errmsgOf, type Suffix, withSuffix } from '../errcodes.ts'
import { isFields, parseJson, textField } from '../json.ts'
import { appWithId, refuseAddress, refuseOverQuota } from './credentials.ts'
import type { Call, Outcome, Refusal, SecretEndpoint, TokenEndpoint } from './endpoint.ts'
import { endpointAt } from './endpoints.ts'

/** A request with its body read; `search` is the raw query. */
export type WireRequest = { method: string; path: string; search: string; body: Buffer; address: string }

/** The JSON text of the answer, and what the call log records of it. */
export type WireAnswer = { text: string; errcode: number; app: AppName | 'unknown' }

const tokenText = /^[A-Za-z0-9_-]+$/

/** Answers one request as WeChat does; synchronous, so no two requests mix. */
export function answer(box: Box, request: WireRequest): WireAnswer {
  const body = request.body.length === 0 ? undefined : parseJson(request.body)
  const query = new URLSearchParams(request.search)
  const call = { box, path: request.path, query, body, address: request.address }
  const app = callerOf(call)
  const endpoint = endpointAt(request.path)
  const outcome = endpoint === undefined ? { errcode: 40066 as const } : run(endpoint, call, request)
  const name = app?.name ?? 'unknown'
  if ('json' in outcome) return { text: outcome.json, errcode: 0, app: name }
  return { text: refuse(outcome, call, request, endpoint?.suffix), errcode: Number(outcome.errcode), app: name }
}

/** An error body with its trace, as every endpoint of this path would write it. */
export function errorBody(box: Box, path: string, error: { errcode: number; errmsg?: string | undefined }): string {
  const errmsg = error.errmsg ?? errmsgOf(error.errcode)
  const suffix = path.startsWith('/sns/') ? 'comma' : 'rid'
  return JSON.stringify({ errcode: error.errcode, errmsg: withSuffix(errmsg, suffix, createRid(box.clock.seconds())) })
}

function run(endpoint: TokenEndpoint | SecretEndpoint, call: Call, request: WireRequest): Outcome {
  const wrongMethod = refuseMethod(endpoint.method, request.method)
  if (wrongMethod !== undefined) return wrongMethod
  if (endpoint.auth === 'secret') return endpoint.answer(call)
  const app = admitToken(endpoint, call, request)
  return 'errcode' in app ? app : endpoint.answer(call, app)
}

function admitToken(endpoint: TokenEndpoint, call: Call, request: WireRequest): App | Refusal {
  const refused = (endpoint.method === 'POST' ? refuseBody(endpoint, call, request) : undefined) ?? refuseToken(call)
  const app = callerOf(call)
  if (refused !== undefined || app === undefined) return gateway(refused ?? { errcode: 40001 })
  if (!endpoint.apps.includes(app.name)) return gateway({ errcode: 48001 })
  if (!app.allowList.admitsBusinessCall(call.address)) return gateway(refuseAddress(call.address))
  const over = refuseOverQuota(call, app)
  return over === undefined ? app : gateway(over)
}

/** Refusals by the gateway have the gateway's suffix, whatever the endpoint's own looks like. */
function gateway(refusal: Refusal): Refusal {
  return { suffix: 'rid', ...refusal }
}

function refuseMethod(wanted: 'GET' | 'POST' | 'any', method: string): Refusal | undefined {
  if (wanted === 'any' || wanted === method) return undefined
  return wanted === 'GET' ? { errcode: 43001 } : { errcode: 43002 }
}

function refuseBody(endpoint: TokenEndpoint, call: Call, request: WireRequest): Refusal | undefined {
  if (request.body.length === 0) return { errcode: 44002 }
  if (!isFields(call.body)) return { errcode: 47001 }
  return endpoint.shape?.(call.body)
}

function refuseToken({ box, query }: Call): Refusal | undefined {
  const text = query.get('access_token') ?? ''
  if (text === '') return { errcode: 41001 }
  // Even a single character counts as another app's token; texts that cannot be tokens get another code.
  if (!tokenText.test(text)) return { errcode: 40014 }
  const states = [box.apps.official, box.apps.mini].map(app => app.tokens.stateOf(text))
  if (states.includes('good')) return undefined
  return states.includes('expired') ? { errcode: 42001 } : { errcode: 40001 }
}

/** The app that a call speaks for, by its token or by the AppID that it names. */
function callerOf({ box, query, body }: Call): App | undefined {
  const text = query.get('access_token')
  const appid = query.get('appid') ?? textField(body, 'appid')
  if (text === null) return appWithId(box, appid)
  return [box.apps.official, box.apps.mini].find(app => app.tokens.stateOf(text) !== 'unknown')
}

function refuse(refusal: Refusal, call: Call, request: WireRequest, suffix: Suffix | undefined): string {
  const { box, path } = call
  const rid = createRid(box.clock.seconds())
  const form = refusal.suffix ?? suffix ?? (path.startsWith('/sns/') ? 'comma' : 'rid')
  const errmsg = withSuffix(refusal.errmsg ?? errmsgOf(Number(refusal.errcode)), form, rid)
  const plain = JSON.stringify({ errcode: Number(refusal.errcode), errmsg })
  const text = refusal.extra === undefined ? plain : `${plain.slice(0, -1)},${refusal.extra}}`
  const app = callerOf(call)
  // Calls with an AppSecret are left out, so that nothing here returns a secret.
  if (app !== undefined && call.query.has('access_token')) {
    const record = { query: request.search, body: request.body.subarray(0, 4096).toString(), response: text }
    box.rids.keep(rid, { app: app.name, at: box.clock.now(), address: call.address, ...record })
  }
  return text
}
