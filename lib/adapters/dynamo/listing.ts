/**
 * The fields by which a row stands in the index `by-state`: `listed`, `<state>#<shard>`, and `listedAt`, `<at>#<id>`. Only what
 * waits, or came to another end than delivered, has them; a state that takes its place takes it out of the index.
 */

import { type Delivery, type ListedState, listedStates } from '../../send/delivery.ts'

/**
 * Over so many values of the index's key a state is spread: one takes a thousand writes a second, and a new table four
 * thousand. Each is a query of its own to whoever lists.
 */
export const listingShards = 4

/** The fields of a row that is not listed. */
export const unlisted = { listed: undefined, listedAt: undefined }

type Row = Pick<Delivery, 'id' | 'at'> & { readonly state: string }

/** The fields of a row; of one that is not listed, what removes them. */
export function listingOf({ id, state, at }: Row): { readonly [name in keyof typeof unlisted]: string | undefined } {
  const listed = listedStates.find(it => it === state)
  if (listed === undefined) return unlisted
  const shard = Buffer.from(id).reduce((sum, byte) => sum + byte, 0) % listingShards
  return { listed: listingKey(listed, shard), listedAt: `${at}#${id}` }
}

/** The index's key of one shard. */
export function listingKey(state: ListedState, shard: number): string {
  return `${state}#${shard}`
}
