/** What to do about a failure, in one line. */

import { isLocal, type Local, type OnAws, type Place } from './place.ts'

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
  const names = namesOf(error)
  const hint = isLocal(place) ? hintOf(names, localHint, { place, asked }) : hintOf(names, awsHint, { place, asked })
  return hint ?? `${nameOf(asked)} could not be asked: ${describe(error, asked)}`
}

type Circumstances<P> = { readonly place: P; readonly asked: Asked }
/** Says what to do about an error of this name, there. */
type Cure<P> = (circumstances: Circumstances<P>, name: string) => string

const missing = 'missing'
const denied = 'denied'
const busy = 'busy'
const stale = 'stale'
const unreachable = 'unreachable'
const asleep = 'asleep'

const localHint = new Map<string, Cure<Local>>([
  [missing, ({ place, asked }) => `the stack at ${place.endpoint} has no ${asked.what}: start it anew`],
  [
    unreachable,
    ({ place }, why) =>
      `the local stack does not answer at ${place.endpoint} (${why}): start it with npm start, or name a --stage`,
  ],
])

const awsHint = new Map<string, Cure<OnAws>>([
  [
    missing,
    ({ place, asked }) => `${place.region} has no ${asked.what}: check --stage and --region, or deploy the stage first`,
  ],
  [denied, ({ asked }) => `AWS refuses: these credentials need ${asked.right}`],
  [
    asleep,
    ({ asked }, why) =>
      `${nameOf(asked)} is not ready (${why}): try again in a minute; if it stays so, see its state, AWS console → Lambda`,
  ],
  ['ParameterAlreadyExists', ({ asked }) => `${nameOf(asked)} is there by now, and was not replaced: run this again`],
  ['CredentialsProviderError', () => 'there are no AWS credentials: set AWS_PROFILE, or log in with aws sso login'],
  ['TokenProviderError', () => 'the AWS login has ended: log in with aws sso login'],
  [busy, ({ asked }) => `${asked.service} already does as much as this account may: try again in a minute`],
  [
    stale,
    ({ place }, why) =>
      `AWS in ${place.region} does not take these credentials (${why}): log in anew; aws and aws-cn have their own`,
  ],
  [
    unreachable,
    ({ place, asked }, why) =>
      `${asked.service} does not answer in ${place.region} (${why}): check --region and the network`,
  ],
])

/** The names that the services have for the same thing; SQS has those of its older protocol too. */
const kinds = new Map(
  Object.entries({
    ResourceNotFoundException: missing,
    QueueDoesNotExist: missing,
    'AWS.SimpleQueueService.NonExistentQueue': missing,
    NoSuchBucket: missing,
    AccessDeniedException: denied,
    AccessDenied: denied,
    ResourceNotReadyException: asleep,
    ResourceConflictException: asleep,
    CodeArtifactUserPendingException: asleep,
    TooManyRequestsException: busy,
    ThrottlingException: busy,
    RequestThrottled: busy,
    TooManyUpdates: busy,
    ProvisionedThroughputExceededException: busy,
    SlowDown: busy,
    ExpiredTokenException: stale,
    ExpiredToken: stale,
    UnrecognizedClientException: stale,
    InvalidClientTokenId: stale,
    InvalidAccessKeyId: stale,
    InvalidSignatureException: stale,
    SignatureDoesNotMatch: stale,
    IncompleteSignatureException: stale,
    TimeoutError: unreachable,
    AbortError: unreachable,
  }),
)

function hintOf<P>(
  names: readonly string[],
  hints: ReadonlyMap<string, Cure<P>>,
  circumstances: Circumstances<P>,
): string | undefined {
  const name = names.find(it => hints.has(kindOf(it)))
  return name === undefined ? undefined : hints.get(kindOf(name))?.(circumstances, name)
}

/** Errors of the network are told by their number's name, as `ECONNREFUSED`. */
function kindOf(name: string): string {
  return /^E[A-Z_]+$/.test(name) ? unreachable : (kinds.get(name) ?? name)
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
