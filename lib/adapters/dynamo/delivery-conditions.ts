/** Which states of a delivery may be overwritten by which. */

import { unlisted } from './listing.ts'

export const isOver = 'attribute_not_exists(#id) OR #expiresAt <= :nowSeconds'
/** A message that reached a phone is never set back to a lesser state. */
export const isUnsent = `${isOver} OR attribute_not_exists(#state) OR #state IN (:dropped, :rejected, :parked, :waiting)`
/** The end of one copy does not overwrite another copy that waits. */
const isToEnd =
  'attribute_not_exists(#state) OR #state IN (:dropped, :rejected) OR (#state IN (:parked, :waiting) AND (attribute_not_exists(#copy) OR #copy = :copy))'
export const isSurelyUnsent = `${isOver} OR (attribute_not_exists(#uncertain) AND (${isToEnd}))`
export const unsent = { dropped: 'dropped', rejected: 'rejected', parked: 'parked', waiting: 'waiting' }
/** Another copy ended like this, or this copy was pushed later and is judged again. */
const isNotItsEnd = '#at < :pushedAt OR (attribute_exists(#copy) AND #copy <> :copy)'
const isOpen = `attribute_not_exists(#state) OR #state IN (:parked, :waiting) OR (#state IN (:dropped, :rejected) AND (${isNotItsEnd}))`
export const mayWait = `attribute_not_exists(#id) OR (#expiresAt > :nowSeconds AND (${isOpen}))`
/** The earlier state no longer holds, and an expired row must not bring back old fields. */
export const noState = {
  state: undefined,
  official: undefined,
  reason: undefined,
  errcode: undefined,
  rid: undefined,
  msgid: undefined,
  nextTryAt: undefined,
  copy: undefined,
  template: undefined,
  ...unlisted,
}
