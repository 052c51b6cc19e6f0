/** The list of all kinds of messages: add new kinds here. */

import { silentJson } from '../event-id.ts'
import type { MessageKind } from './kind.ts'
import { templateMessage } from './template-message.ts'

/** By the `kind` that an event names. */
const kinds: ReadonlyMap<unknown, MessageKind> = new Map([['template', templateMessage]])

/** The kind of an event: a template message, unless it names another. */
export function kindOf(body: string): MessageKind {
  const event = silentJson(body)
  const name = typeof event === 'object' && event !== null && 'kind' in event ? event.kind : undefined
  return kinds.get(name) ?? templateMessage
}
