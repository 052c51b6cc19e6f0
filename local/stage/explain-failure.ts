/** What to do about a failure, in one line. */

import { isLocal, type Place, whereIs } from './place.ts'

/** What was asked, as its failure names it. */
export type Asked = {
  /** As AWS calls it: Lambda, SQS, DynamoDB. */
  readonly service: string
  /** As in `function queqiao-prod-sync-followers`. */
  readonly what: string
  /** What the credentials must allow, as in `lambda:InvokeFunction on queqiao-prod-sync-followers`. */
  readonly right: string
  /** Whether the request holds a secret, which the text of an error might repeat. */
  readonly isSecret?: boolean
}

/** Something could not be asked; the message says in one line what to do about it. */
export class AskError extends Error {
  override readonly name = 'AskError'
}

/** Asks, and throws an AskError for any failure. */
export async function ask<T>(place: Place, asked: Asked, request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    throw new AskError(explainFailure(error, place, asked), { cause: error })
  }
}

/** Explains why something could not be asked; never with a stack trace. */
export function explainFailure(error: unknown, place: Place, asked: Asked): string {
  const cures = isLocal(place) ? localCures : awsCures
  const [hint] = namesOf(error).flatMap(why => cures[kindOf(why) ?? '']?.({ where: whereIs(place), asked, why }) ?? [])
  return hint ?? `${nameOf(asked)} could not be asked: ${describe(error, asked)}`
}

/** Says what to do about an error of the name `why`, at the place `where`. */
type Cure = (it: { readonly where: string; readonly asked: Asked; readonly why: string }) => string

const localCures: Readonly<Record<string, Cure>> = {
  missing: ({ where, asked }) => `the stack at ${where} has no ${asked.what}: start it anew`,
  unreachable: ({ where, why }) =>
    `the local stack does not answer at ${where} (${why}): start it with npm start, or name a --stage`,
}

const awsCures: Readonly<Record<string, Cure>> = {
  missing: ({ where, asked }) => `${where} has no ${asked.what}: check --stage and --region, or deploy the stage first`,
  denied: ({ asked }) => `AWS refuses: these credentials need ${asked.right}`,
  asleep: ({ asked, why }) =>
    `${nameOf(asked)} is not ready (${why}): try again in a minute; if it stays so, see its state, AWS console → Lambda`,
  taken: ({ asked }) => `${nameOf(asked)} is there by now, and was not replaced: run this again`,
  anonymous: () => 'there are no AWS credentials: set AWS_PROFILE, or log in with aws sso login',
  loggedOut: () => 'the AWS login has ended: log in with aws sso login',
  busy: ({ asked }) => `${asked.service} already does as much as this account may: try again in a minute`,
  stale: ({ where, why }) =>
    `AWS in ${where} does not take these credentials (${why}): log in anew; aws and aws-cn have their own`,
  unreachable: ({ where, asked, why }) =>
    `${asked.service} does not answer in ${where} (${why}): check --region and the network`,
}

/** The names that the services have for the same thing; SQS has those of its older protocol too. */
const kinds: readonly (readonly [kind: string, names: RegExp])[] = [
  ['missing', /^(ResourceNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|NoSuchBucket)$/],
  ['denied', /^AccessDenied(Exception)?$/],
  ['asleep', /^(ResourceNotReadyException|ResourceConflictException|CodeArtifactUserPendingException)$/],
  ['taken', /^ParameterAlreadyExists$/],
  ['anonymous', /^CredentialsProviderError$/],
  ['loggedOut', /^TokenProviderError$/],
  ['busy', /^(TooManyRequestsException|TooManyUpdates|SlowDown|ProvisionedThroughputExceededException)$/],
  ['busy', /^(ThrottlingException|RequestThrottled)$/],
  ['stale', /^(ExpiredToken(Exception)?|UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId)$/],
  ['stale', /^((Invalid|Incomplete)SignatureException|SignatureDoesNotMatch)$/],
  // Errors of the network are told by their number's name, as `ECONNREFUSED`.
  ['unreachable', /^(TimeoutError|AbortError|E[A-Z_]+)$/],
]

function kindOf(name: string): string | undefined {
  return kinds.find(([, names]) => names.test(name))?.[0]
}

/** An error's name and code; a connection that several addresses refused has them on its parts. */
function namesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const parts = error instanceof AggregateError ? error.errors.flatMap(namesOf) : []
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [error.name, ...code, ...parts]
}

/** `queqiao-prod-events` of `queue queqiao-prod-events`. */
function nameOf({ what }: Asked): string {
  return what.slice(what.indexOf(' ') + 1)
}

function describe(error: unknown, { isSecret }: Asked): string {
  if (isSecret) return error instanceof Error ? error.name : 'unknown'
  const [line = ''] = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n')
  return line
}
