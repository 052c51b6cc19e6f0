/** What an endpoint of WeChat is made of. */
import type { App, MiniProgram, OfficialAccount } from '../app.ts'
import type { AppKind } from '../app-setting.ts'
import type { Box } from '../box.ts'
import type { Errcode, Suffix } from '../errcodes.ts'

/** A request with its body read; `search` is the raw query. */
export type WireRequest = { method: string; path: string; search: string; body: Buffer; address: string }

/**
 * A call as it came over the wire; `body` is the parsed JSON, undefined when there is none, `caller` the app that it speaks
 * for, by its token or by the AppID that it names.
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

/** A refusal; `extra` holds further JSON members, `suffix` stands where the endpoint's own form does not apply. */
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

/** Whose an endpoint is: of Official Accounts, of mini programs, or of both. */
export type Owner = AppKind | 'any'

/** An endpoint of Official Accounts alone. */
export type OfficialEndpoint = WithToken & { of: 'official'; answer: (call: Call, app: OfficialAccount) => Outcome }

/** An endpoint of mini programs alone. */
export type MiniEndpoint = WithToken & { of: 'mini'; answer: (call: Call, app: MiniProgram) => Outcome }

/** An endpoint of every app. */
export type AnyEndpoint = WithToken & { of: 'any'; answer: (call: Call, app: App) => Outcome }

/** An endpoint whose caller shows an access_token. */
export type TokenEndpoint = OfficialEndpoint | MiniEndpoint | AnyEndpoint

/** An endpoint that checks an AppSecret by itself; a body that is no JSON reaches it as undefined. */
export type SecretEndpoint = Endpoint & { auth: 'secret'; answer: (call: Call) => Outcome }
