/** Stage one: parses each message body. */

import { RequestError } from '../errors.ts'
import type { SendDeps } from './deps.ts'
import { idOf } from './event-id.ts'
import type { MessageKind } from './kinds/kind.ts'
import { kindOf } from './kinds/kinds.ts'
import type { Parsed, Received } from './stages.ts'

type Rules = Pick<SendDeps, 'templates' | 'values'>

/** Parses a message by the rules of its kind; what fails its check goes on with what is wrong. */
export function parse(received: Received, rules: Rules): Parsed {
  const kind = kindOf(received.body)
  return { ...received, kind, ...read(received.body, kind, rules) }
}

function read(body: string, kind: MessageKind, rules: Rules) {
  try {
    const message = kind.parse(body, rules)
    return { id: message.id, message, problem: undefined, lane: message.templateId }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    return { id: idOf(body), message: undefined, problem: error.message, lane: '' }
  }
}

/** A message whose body nobody has looked at. */
export function unread(received: Received): Parsed {
  const kind = kindOf(received.body)
  return { ...received, kind, id: undefined, message: undefined, problem: undefined, lane: '' }
}
