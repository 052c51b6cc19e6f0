/** What the lines of the log are about: the invocation, and the messages of a queue that it works on. */

import { AsyncLocalStorage } from 'node:async_hooks'

/** A message of a queue, by the id that SQS gave it. */
export type Named = { readonly messageId: string }

type Fields = Readonly<Record<string, unknown>>
type Scope = { readonly requestId?: string; readonly messageId?: string; readonly messageIds?: readonly string[] }

const scopes = new AsyncLocalStorage<Scope>()

/** Runs an invocation: each line that is written meanwhile names its request. */
export function inInvocation<R>(requestId: string, run: () => R): R {
  return scopes.run({ requestId }, run)
}

/** Runs the work on a batch: a line that names neither an event nor a message names all of these. */
export function inBatch<R>(records: readonly Named[], run: () => R): R {
  return scopes.run({ ...requestOf(), messageIds: records.map(it => it.messageId) }, run)
}

/** Runs the work on one message of a batch: each line names it. */
export function inRecord<R>({ messageId }: Named, run: () => R): R {
  return scopes.run({ ...requestOf(), messageId }, run)
}

/** What a line with these fields names beside them. */
export function scopeOf(fields: Fields): Fields {
  const { messageIds, ...scope } = scopes.getStore() ?? {}
  const isNamed = [fields.id, fields.ids, fields.messageId].flat().some(it => it !== undefined)
  return isNamed || messageIds === undefined ? scope : { ...scope, messageIds }
}

function requestOf(): Scope {
  const { requestId } = scopes.getStore() ?? {}
  return requestId === undefined ? {} : { requestId }
}
