/** What a state of a delivery may be written over. */

export const isOver = 'attribute_not_exists(#id) OR #expiresAt <= :nowSeconds'
/** Nothing on a phone is ever taken for less than that again. */
export const isUnsent = `${isOver} OR attribute_not_exists(#state) OR #state IN (:dropped, :rejected, :parked, :waiting)`
/** A copy ends, and does not end another one that waits. */
const isToEnd =
  'attribute_not_exists(#state) OR #state IN (:dropped, :rejected) OR (#state IN (:parked, :waiting) AND (attribute_not_exists(#copy) OR #copy = :copy))'
export const isSurelyUnsent = `${isOver} OR (attribute_not_exists(#uncertain) AND (${isToEnd}))`
export const unsent = { dropped: 'dropped', rejected: 'rejected', parked: 'parked', waiting: 'waiting' }
/** Another copy came to this end, or this one was pushed after that, and is judged anew. */
const isNotItsEnd = '#at < :pushedAt OR (attribute_exists(#copy) AND #copy <> :copy)'
const isOpen = `attribute_not_exists(#state) OR #state IN (:parked, :waiting) OR (#state IN (:dropped, :rejected) AND (${isNotItsEnd}))`
export const mayWait = `attribute_not_exists(#id) OR (#expiresAt > :nowSeconds AND (${isOpen}))`
/** Whatever stood there is no longer so, and of a row that is over nothing may come back. */
export const noState = {
  state: undefined,
  official: undefined,
  reason: undefined,
  errcode: undefined,
  rid: undefined,
  msgid: undefined,
  nextTryAt: undefined,
  copy: undefined,
}
