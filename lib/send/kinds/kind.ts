/** The interface of a kind of message: stages use it, and know no kind by name. */

import type { Person } from '../../followers/link.ts'
import type { Address, MiniAppId, OfficialAppId, OpenId } from '../../identifiers.ts'
import type { AccessToken } from '../../ports.ts'
import type { AccessTokenSource } from '../../tokens/access-token.ts'
import type { Account, SendDeps, StageDeps } from '../deps.ts'
import type { GateStore } from '../ports.ts'
import type { UncertaintyPolicy } from '../uncertainty.ts'

/** One business event, checked: its `data` can go to WeChat as it is; `expiresAt` in milliseconds. */
export type Message = {
  readonly id: string
  /** The Official Account that it goes out by. */
  readonly official: OfficialAppId
  readonly to: Address
  readonly templateId: string
  readonly data: Readonly<Record<string, string>>
  readonly doubt: UncertaintyPolicy
  /** The message may go out without its page. */
  readonly pageIsOptional: boolean
  readonly urgent: boolean
  /** A page of a mini program that the message opens. */
  readonly page?: { readonly miniAppid: MiniAppId; readonly path: string }
  readonly url?: string
  readonly expiresAt?: number
}

/** To whom a message goes; or why to nobody, and whether that is certain or WeChat may know better. */
type Recipient = { readonly openid: OpenId } | { readonly reason: string; readonly isCertain: boolean }

/** What an event is held to: the account that it is to go out by, and the mini programs of the stage. */
export type Rules = Pick<StageDeps, 'minis' | 'values'> & { readonly account: Pick<Account, 'app' | 'templates'> }

export type MessageKind = {
  /** The name of its call, as the client's errors carry it. */
  readonly api: string
  /** Within so many ms a repeat is harmless: WeChat drops it, or tells it by a code. */
  readonly windowMs: number
  /** Reads an event; throws RequestError `event-invalid`, whose message names the field and repeats no value. */
  parse(body: string, rules: Rules): Message
  recipientOf(person: Person): Recipient
  gateOf(deps: SendDeps): GateStore
  accessTokensOf(deps: SendDeps): AccessTokenSource
  /** Makes the call; answers the msgid, where WeChat names one. */
  call(
    message: Message,
    to: { readonly openid: OpenId; readonly token: AccessToken },
    deps: SendDeps,
  ): Promise<string | undefined>
  /** Tells whether WeChat refuses it because it has it already; `mayBeSent` by an earlier call. */
  isDuplicate(errcode: number, mayBeSent: boolean): boolean
  /** Tells whether WeChat says that the person does not follow, so that our link is wrong. */
  isNotFollowing(errcode: number): boolean
  /** What may go out in its place after this refusal. */
  withoutPage(message: Message, errcode: number): Message | undefined
}
