/** Stage one: parses each message body. */

import { RequestError } from '../errors.ts'
import type { Account } from './deps.ts'
import { idOf, silentJson } from './event-id.ts'
import type { Message, MessageKind, Rules } from './kinds/kind.ts'
import { kindOf } from './kinds/kinds.ts'
import type { Parsed, Received } from './stages.ts'

type AnAccount = Rules['account']
/** What events are held to: the accounts that they may name, the default one first, and the mini programs. */
export type Stage<A extends AnAccount = AnAccount> = Omit<Rules, 'account'> & { readonly accounts: readonly A[] }

/** Parses a message by the rules of its kind; what fails its check goes on with what is wrong. */
export function parse(received: Received, stage: Stage<Account>): Parsed {
  const { body } = received
  const kind = kindOf(body)
  const { candidates, problem } = readAll(body, kind, stage)
  const [chosen, ...others] = candidates
  // Told among the messages of the account that it names, though it goes out by none.
  const named = accountsOf(body, stage)
  if (chosen === undefined)
    return { ...unread(received, { accounts: [...named, ...stage.accounts] }), id: idOf(body), problem }
  return { ...received, kind, id: chosen.message.id, ...chosen, others, problem: undefined }
}

/** A message whose body nobody has looked at. */
export function unread(received: Received, { accounts: [account] }: Pick<Stage<Account>, 'accounts'>): Parsed {
  if (account === undefined) throw new Error('a stage without an Official Account')
  const nothing = { id: undefined, message: undefined, problem: undefined, lane: '', others: [] }
  return { ...received, kind: kindOf(received.body), account, ...nothing }
}

/** Says what is wrong with an event; undefined if it can be sent. */
export function problemOf(body: string, stage: Stage): string | undefined {
  const { candidates, problem } = readAll(body, kindOf(body), stage)
  return candidates.length > 0 ? undefined : problem
}

/** Reads an event as each account would send it that it may go out by; `problem` is the first one's. */
function readAll<A extends AnAccount>(body: string, kind: MessageKind, stage: Stage<A>) {
  const read = accountsOf(body, stage).map(account => readAs(body, kind, { ...stage, account }))
  const [problem = 'from is no Official Account of this stage'] = read.flatMap(it =>
    'problem' in it ? it.problem : [],
  )
  return { candidates: read.flatMap(it => ('message' in it ? it : [])), problem }
}

/**
 * The accounts that an event may go out by: the one that it names, or any, in their order; without it the one that the users of
 * the mini program follow that it names, or the default one.
 */
function accountsOf<A extends AnAccount>(body: string, { accounts, minis }: Stage<A>): readonly A[] {
  const from = fieldIn(body, 'from')
  if (from === 'any') return accounts
  if (from !== undefined) return accounts.filter(it => it.app.name === from)
  const mini = fieldIn(body, 'mini')
  const follows = minis.find(it => it.name === mini)?.follows.name
  return follows === undefined ? accounts.slice(0, 1) : accounts.filter(it => it.app.name === follows)
}

function fieldIn(body: string, name: string): unknown {
  const event = silentJson(body)
  if (typeof event !== 'object' || event === null) return undefined
  return Object.entries(event).find(([it]) => it === name)?.[1]
}

type Read<A> = { readonly account: A; readonly message: Message; readonly lane: string } | { readonly problem: string }

function readAs<A extends AnAccount>(body: string, kind: MessageKind, rules: Rules & { readonly account: A }): Read<A> {
  try {
    const message = kind.parse(body, rules)
    return { account: rules.account, message, lane: message.templateId }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    return { problem: error.message }
  }
}
