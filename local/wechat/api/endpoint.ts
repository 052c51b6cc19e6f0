/** The types of a WeChat endpoint. */
import type { App, MiniProgram, OfficialAccount } from '../app.ts'
import type { AppKind } from '../app-setting.ts'
import type { Box } from '../box.ts'
import type { Errcode, Suffix } from '../errcodes.ts'

/** A request with its body read; `search` is the raw query. */
export type WireRequest = { method: string; path: string; search: string; body: Buffer; address: string }

/**
 * A received call; `body` is the parsed JSON, undefined if there is none, `caller` the app that it is of, by its token or by
 * the AppID in it.
 */
export type Call = {
  box: Box
  request: WireRequest
  path: string
  query: URLSearchParams
  body: unknown
  address: string
  caller: App | undefined
}

/** A refusal; `extra` holds further JSON members, `suffix` replaces the endpoint's own suffix. */
export type Refusal = { errcode: Errcode; errmsg?: string; extra?: string; suffix?: Suffix }

/** The JSON text of a success, or a refusal. */
export type Outcome = { json: string } | Refusal

type Endpoint = {
  method: 'GET' | 'POST' | 'any'
  suffix?: Suffix
}

type WithToken = Endpoint & {
  auth: 'token'
  /** Finds what is wrong with the body's shape, before the token is looked at. */
  shape?: (body: unknown) => Refusal | undefined
}

/** The kind of app that may call an endpoint. */
export type Owner = AppKind | 'any'

/** An endpoint for Official Accounts only. */
export type OfficialEndpoint = WithToken & { of: 'official'; answer: (call: Call, app: OfficialAccount) => Outcome }

/** An endpoint for mini programs only. */
export type MiniEndpoint = WithToken & { of: 'mini'; answer: (call: Call, app: MiniProgram) => Outcome }

/** An endpoint for all apps. */
export type AnyEndpoint = WithToken & { of: 'any'; answer: (call: Call, app: App) => Outcome }

/** An endpoint that requires an access_token. */
export type TokenEndpoint = OfficialEndpoint | MiniEndpoint | AnyEndpoint

/** An endpoint that checks an AppSecret itself; a body that is not JSON is undefined. */
export type SecretEndpoint = Endpoint & { auth: 'secret'; answer: (call: Call) => Outcome }
