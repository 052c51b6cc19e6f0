/** Why an event is put off that this try surely did not send, and when it comes again at the earliest. */

import type { Wait } from './batch-pace.ts'
import { reasonOfOurs } from './own-failure.ts'
import type { WaitReason } from './waiting.ts'

/** It comes again when its `wait` is over, or after the seconds at least. */
export type PutOff = WaitReason & { readonly kind: 'refused'; readonly leastSeconds: number; readonly wait?: Wait }

/** Until somebody has mended it, or there is quota again, trying more often only adds noise. */
const longSeconds = 150

/** Puts it off for a cause: ever later if it may pass in a moment, and for minutes if it does not. */
export function putOffFor(reason: WaitReason): PutOff {
  const isLong = reason.cause === 'operator' || reason.cause === 'quota'
  return { kind: 'refused', leastSeconds: isLong ? longSeconds : 0, ...reason }
}

/** Puts it off until somebody has mended what is named. */
export function unreadable(what: string): PutOff {
  return putOffFor({ cause: 'operator', why: `${what} cannot be read` })
}

/** Puts it off for a failure of ours before any call; throws the error again if it is a bug, as far as anybody knows. */
export function putOffForOurs(error: unknown): PutOff {
  const reason = reasonOfOurs(error)
  if (reason === undefined) throw error
  return putOffFor(reason)
}
