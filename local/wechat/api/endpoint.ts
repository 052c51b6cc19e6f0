/** The types of a WeChat endpoint. */
import type { App, Box } from '../box.ts'
import type { AppName } from '../defaults.ts'
import type { Errcode, Suffix } from '../errcodes.ts'

/** A received call; `body` is the parsed JSON, undefined if there is none. */
export type Call = { box: Box; path: string; query: URLSearchParams; body: unknown; address: string }

/** A refusal; `extra` holds further JSON members, `suffix` replaces the endpoint's own suffix. */
export type Refusal = { errcode: Errcode; errmsg?: string; extra?: string; suffix?: Suffix }

/** The JSON text of a success, or a refusal. */
export type Outcome = { json: string } | Refusal

/** An endpoint that requires an access_token of one of `apps`. */
export type TokenEndpoint = {
  auth: 'token'
  method: 'GET' | 'POST' | 'any'
  apps: readonly AppName[]
  suffix?: Suffix
  /** Finds what is wrong with the body's shape, before the token is looked at. */
  shape?: (body: unknown) => Refusal | undefined
  answer: (call: Call, app: App) => Outcome
}

/** An endpoint that checks an AppSecret itself; a body that is not JSON is undefined. */
export type SecretEndpoint = {
  auth: 'secret'
  method: 'GET' | 'POST' | 'any'
  suffix?: Suffix
  answer: (call: Call) => Outcome
}
