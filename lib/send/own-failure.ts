/** Classifies failures on our side (AWS, the deployment), and who must act. */

import { ConfigError } from '../errors.ts'
import type { WaitReason } from './waiting.ts'

/** A right, a key, a credential, a table or a queue is not there: that does not pass by itself. */
const toBeMended =
  /AccessDenied|NotAuthorized|Unauthorized|AuthFailure|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|Signature|Credentials|InvalidKeyId|^Kms|^KMS|ResourceNotFound|QueueDoesNotExist|NonExistentQueue/
const isBusy = /Throttl/
/** As long as a list of problems is told; the log has all of it. */
const mostCharacters = 200

/** An outage shows as one name or another from try to try: it is one reason. */
const awsAway: WaitReason = { cause: 'ourselves', why: 'our own tables or services could not be asked' }

/**
 * Says why an event waits where the deployment or AWS failed, by the error's name alone: what AWS says beside it has roles
 * and keys. Undefined for any other error, which is a bug.
 */
export function reasonOfOurs(error: unknown): WaitReason | undefined {
  if (error instanceof ConfigError) return config(error.problems.join('; '))
  if (!(error instanceof Error) || !isOfAws(error)) return undefined
  return toBeMended.test(error.name) && !isBusy.test(error.name) ? config(`AWS says ${error.name}`) : awsAway
}

/** AWS's client leaves this on whatever a request of its fails with, a lost connection as well. */
function isOfAws(error: Error): boolean {
  return '$metadata' in error || error.name === 'CredentialsProviderError'
}

function config(what: string): WaitReason {
  return { cause: 'operator', why: `config: ${what}`.slice(0, mostCharacters) }
}
