/** What a state of a delivery may be written over. */

export const isOver = 'attribute_not_exists(#id) OR #expiresAt <= :nowSeconds'
/** Nothing on a phone is ever taken for less than that again. */
export const isUnsent = `${isOver} OR attribute_not_exists(#state) OR #state IN (:dropped, :rejected, :parked, :waiting)`
export const isSurelyUnsent = `${isOver} OR (attribute_not_exists(#uncertain) AND (${isUnsent}))`
export const unsent = { dropped: 'dropped', rejected: 'rejected', parked: 'parked', waiting: 'waiting' }
/** It waits on, or is judged anew: pushed after it had been told to have nobody to go to, or to be wrong. */
const isOpen =
  'attribute_not_exists(#state) OR #state IN (:parked, :waiting) OR (#state IN (:dropped, :rejected) AND #at < :pushedAt)'
export const mayWait = `attribute_not_exists(#id) OR (#expiresAt > :nowSeconds AND (${isOpen}))`
/** Whatever stood there is no longer so, and of a row that is over nothing may come back. */
export const noState = {
  state: undefined,
  reason: undefined,
  errcode: undefined,
  rid: undefined,
  msgid: undefined,
  nextTryAt: undefined,
}
