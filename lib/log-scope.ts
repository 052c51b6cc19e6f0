/** What log lines refer to: the invocation, and the queue messages that it processes. */

import { AsyncLocalStorage } from 'node:async_hooks'

/** A queue message, by the id that SQS gave it. */
export type Named = { readonly messageId: string }

type Fields = Readonly<Record<string, unknown>>
type Scope = { readonly requestId?: string; readonly messageId?: string; readonly messageIds?: readonly string[] }

const scopes = new AsyncLocalStorage<Scope>()

/** Runs an invocation: each line logged meanwhile has its request id. */
export function inInvocation<R>(requestId: string, run: () => R): R {
  return scopes.run({ requestId }, run)
}

/** Processes a batch: a line that names neither an event nor a message lists all of these. */
export function inBatch<R>(records: readonly Named[], run: () => R): R {
  return scopes.run({ ...requestOf(), messageIds: records.map(it => it.messageId) }, run)
}

/** Processes one message of a batch: each line names it. */
export function inRecord<R>({ messageId }: Named, run: () => R): R {
  return scopes.run({ ...requestOf(), messageId }, run)
}

/** The scope fields to add to a line with these fields. */
export function scopeOf(fields: Fields): Fields {
  const { messageIds, ...scope } = scopes.getStore() ?? {}
  const isNamed = [fields.id, fields.ids, fields.messageId].flat().some(it => it !== undefined)
  return isNamed || messageIds === undefined ? scope : { ...scope, messageIds }
}

function requestOf(): Scope {
  const { requestId } = scopes.getStore() ?? {}
  return requestId === undefined ? {} : { requestId }
}
