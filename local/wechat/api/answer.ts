/** WeChat's gateway: finds the endpoint, checks method, body, token, address and quota, and wraps the result. */
import type { App } from '../app.ts'
import { createRid, errmsgOf, type Suffix, withSuffix } from '../errcodes.ts'
import { isFields } from '../json.ts'
import { refuseAddress, refuseOverQuota } from './credentials.ts'
import type { Call, Outcome, Refusal, SecretEndpoint, TokenEndpoint } from './endpoint.ts'
import { endpointAt } from './endpoints.ts'

/** The JSON text of the answer, and what the call log records of it; `app` is a name, or `unknown`. */
export type WireAnswer = { text: string; errcode: number; app: string }

const tokenText = /^[A-Za-z0-9_-]+$/

/** Answers one call as WeChat does; synchronous, so no two calls mix. */
export function answer(call: Call): WireAnswer {
  const endpoint = endpointAt(call.path)
  const outcome = endpoint === undefined ? { errcode: 40066 as const } : run(endpoint, call)
  const app = call.caller?.name ?? 'unknown'
  if ('json' in outcome) return { text: outcome.json, errcode: 0, app }
  return { text: refuse(outcome, call, endpoint?.suffix), errcode: Number(outcome.errcode), app }
}

/** An error body with its trace, as every endpoint of this path would write it. */
export function errorBody({ box, path }: Call, error: { errcode: number; errmsg?: string | undefined }): string {
  const errmsg = error.errmsg ?? errmsgOf(error.errcode)
  const suffix = path.startsWith('/sns/') ? 'comma' : 'rid'
  return JSON.stringify({ errcode: error.errcode, errmsg: withSuffix(errmsg, suffix, createRid(box.clock.seconds())) })
}

function run(endpoint: TokenEndpoint | SecretEndpoint, call: Call): Outcome {
  const wrongMethod = refuseMethod(endpoint.method, call.request.method)
  if (wrongMethod !== undefined) return wrongMethod
  if (endpoint.auth === 'secret') return endpoint.answer(call)
  const admitted = admitToken(endpoint, call)
  return 'errcode' in admitted ? admitted : admitted.answer()
}

function admitToken(endpoint: TokenEndpoint, call: Call): { answer: () => Outcome } | Refusal {
  const refused = (endpoint.method === 'POST' ? refuseBody(endpoint, call) : undefined) ?? refuseToken(call)
  const app = call.caller
  if (refused !== undefined || app === undefined) return gateway(refused ?? { errcode: 40001 })
  const answer = answerOf(endpoint, call, app)
  if (answer === undefined) return gateway({ errcode: 48001 })
  if (!app.allowList.admitsBusinessCall(call.address)) return gateway(refuseAddress(call.address))
  const over = refuseOverQuota(call, app)
  return over === undefined ? { answer } : gateway(over)
}

/** How the endpoint answers this app; undefined if it is not for apps of this kind. */
function answerOf(endpoint: TokenEndpoint, call: Call, app: App): (() => Outcome) | undefined {
  if (endpoint.of === 'any') return () => endpoint.answer(call, app)
  if (endpoint.of === 'official') return app.kind === 'official' ? () => endpoint.answer(call, app) : undefined
  return app.kind === 'mini' ? () => endpoint.answer(call, app) : undefined
}

/** Refusals by the gateway have the gateway's suffix, whatever the endpoint's own looks like. */
function gateway(refusal: Refusal): Refusal {
  return { suffix: 'rid', ...refusal }
}

function refuseMethod(wanted: 'GET' | 'POST' | 'any', method: string): Refusal | undefined {
  if (wanted === 'any' || wanted === method) return undefined
  return wanted === 'GET' ? { errcode: 43001 } : { errcode: 43002 }
}

function refuseBody(endpoint: TokenEndpoint, { request, body }: Call): Refusal | undefined {
  if (request.body.length === 0) return { errcode: 44002 }
  if (!isFields(body)) return { errcode: 47001 }
  return endpoint.shape?.(body)
}

function refuseToken({ query, caller }: Call): Refusal | undefined {
  const text = query.get('access_token') ?? ''
  if (text === '') return { errcode: 41001 }
  // Even a single character counts as another app's token; texts that cannot be tokens get another code.
  if (!tokenText.test(text)) return { errcode: 40014 }
  const state = caller?.tokens.stateOf(text)
  if (state === 'good') return undefined
  return state === 'expired' ? { errcode: 42001 } : { errcode: 40001 }
}

function refuse(refusal: Refusal, call: Call, suffix: Suffix | undefined): string {
  const { box, path, request, caller } = call
  const rid = createRid(box.clock.seconds())
  const form = refusal.suffix ?? suffix ?? (path.startsWith('/sns/') ? 'comma' : 'rid')
  const errmsg = withSuffix(refusal.errmsg ?? errmsgOf(Number(refusal.errcode)), form, rid)
  const plain = JSON.stringify({ errcode: Number(refusal.errcode), errmsg })
  const text = refusal.extra === undefined ? plain : `${plain.slice(0, -1)},${refusal.extra}}`
  // Calls with an AppSecret are left out, so that nothing here returns a secret.
  if (caller !== undefined && call.query.has('access_token')) {
    const record = { query: request.search, body: request.body.subarray(0, 4096).toString(), response: text }
    box.rids.keep(rid, { app: caller.name, at: box.clock.now(), address: call.address, ...record })
  }
  return text
}
