/** The outside interfaces of this room; adapters implement them. */

import type { PushRequest } from './envelope.ts'
import type { KeptPush, PublishedPush } from './published-push.ts'

/** Tells another of us how many handed a push on. */
export const hopsHeader = 'x-queqiao-hops'

/** Why a server behind us did not take a push; `no-key`: its mode is encrypted, and no EncodingAESKey is set for it. */
export type ForwardFailure = 'no-key' | 'timeout' | 'unreachable' | 'status' | 'too-large' | 'address'

/** No usable answer of a server behind us; names neither its URL nor what it said. */
export class ForwardError extends Error {
  override readonly name = 'ForwardError'
  readonly why: ForwardFailure
  /** The HTTP status, where it was another than 200. */
  readonly status: number | undefined
  constructor(why: ForwardFailure, status?: number) {
    super(status === undefined ? why : `${why} ${status}`)
    this.why = why
    this.status = status
  }
}

/** Posts to a server behind us, within this time (ms), and returns the body of a 200; throws ForwardError. */
export type Post = (url: string, request: PushRequest, limitMs: number) => Promise<string>

/** Asks a server for the handshake of WeChat's console with this query, and returns the body of a 200; throws ForwardError. */
export type Handshake = (url: string, query: Readonly<Record<string, string>>, limitMs: number) => Promise<string>

/** What was not taken, by index, and an error that says why, if there was one. */
type Refused = { readonly refused: ReadonlySet<number>; readonly cause?: unknown }

/** Where all pushes are published; returns those that were not taken. */
export type Subscribers = { publish(pushes: readonly PublishedPush[]): Promise<Refused> }

/** One push for one destination: those who listen to all, or one server by its name. */
export type PassOn = KeptPush & ({ readonly to: 'subscribers' } | { readonly to: 'target'; readonly target: string })
