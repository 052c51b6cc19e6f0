/** The first stage: what the body of each message says. */

import { RequestError } from '../errors.ts'
import type { Account, StageDeps } from './deps.ts'
import { idOf, silentJson } from './event-id.ts'
import type { MessageKind } from './kinds/kind.ts'
import { kindOf } from './kinds/kinds.ts'
import type { Candidate, Parsed, Received } from './stages.ts'

type Stage = Pick<StageDeps, 'accounts' | 'minis' | 'values'>

/** Parses a message by the rules of its kind; what fails its check goes on with what is wrong. */
export function parse(received: Received, stage: Stage): Parsed {
  const { body } = received
  const kind = kindOf(body)
  const read = accountsOf(body, stage).map(account => readAs(body, kind, { account, stage }))
  const [chosen, ...others] = read.filter(it => 'message' in it)
  if (chosen !== undefined) return { ...received, kind, id: chosen.message.id, ...chosen, others, problem: undefined }
  const [problem = 'from is no Official Account of this stage'] = read.flatMap(it => ('problem' in it ? it.problem : []))
  return { ...unread(received, stage), id: idOf(body), problem }
}

/** A message whose body nobody has looked at. */
export function unread(received: Received, { accounts: [account] }: Pick<Stage, 'accounts'>): Parsed {
  if (account === undefined) throw new Error('a stage without an Official Account')
  const nothing = { id: undefined, message: undefined, problem: undefined, lane: '', others: [] }
  return { ...received, kind: kindOf(received.body), account, ...nothing }
}

/** The Official Accounts that an event may go out by: the one that it names, the default one, or any, in their order. */
function accountsOf(body: string, { accounts }: Stage): readonly Account[] {
  const event = silentJson(body)
  const from = typeof event === 'object' && event !== null && 'from' in event ? event.from : undefined
  if (from === 'any') return accounts
  return from === undefined ? accounts.slice(0, 1) : accounts.filter(it => it.app.name === from)
}

type As = { readonly account: Account; readonly stage: Stage }

function readAs(body: string, kind: MessageKind, { account, stage }: As): Candidate | { readonly problem: string } {
  try {
    const message = kind.parse(body, { account, ...stage })
    return { account, message, lane: message.templateId }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    return { problem: error.message }
  }
}
