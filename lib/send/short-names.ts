/** Short digests (16 hex digits) of event ids, a hundred of which fit one write unit, and of message bodies. */

import { hash } from 'node:crypto'

import type { OfficialAppId } from '../identifiers.ts'
import type { Account } from './deps.ts'

/** An event that may be sent by an Official Account. */
export type Sending = { readonly id: string; readonly official: OfficialAppId }

/** The name of such an event in attempts: who finds it there knows by which account it may have been sent. */
export const attemptName = ({ id, official }: Sending) => nameOf(`attempt ${official} ${id}`)

/** An event, as each of these accounts may send it. */
export function sendingsOf(id: string, accounts: readonly Pick<Account, 'app'>[]): readonly Sending[] {
  return accounts.map(({ app }) => ({ id, official: app.appid }))
}

/** The name of a copy of an event, by its body: it tells apart two messages with one id and different bodies. */
export const copyName = (body: string) => nameOf(`copy ${body}`)

function nameOf(text: string): string {
  return hash('sha256', text).slice(0, 16)
}
