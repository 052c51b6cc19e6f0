/** Has WeChat check pictures, and acts on its verdicts: unchecked and risky pictures are never served. */

import { WeChatError } from '../errors.ts'
import type { MiniAppId } from '../identifiers.ts'
import { inRecord, type Named } from '../log-scope.ts'
import { logOf } from '../of-app.ts'
import { inLanes } from '../pool.ts'
import type { AppLog, ConsumedQueue, Queue } from '../ports.ts'
import { secondsToRetry } from '../quota-reset.ts'
import { retryDelay } from '../retry-delay.ts'
import { type AskImageCheckDeps, askImageCheck } from './ask-image-check.ts'
import type { Image, ImageCheckMessage, ImageVerdict } from './ports.ts'
import { removeLeftovers, serveImage, settleImage } from './settle-image.ts'

export type CheckImagesDeps = AskImageCheckDeps & {
  readonly checks: Queue<ImageCheckMessage> & ConsumedQueue
  readonly random: () => number
}

/** A message of the check queue, and how often it was received. */
export type CheckArrival = Named & {
  readonly message: ImageCheckMessage
  readonly receiptHandle: string
  readonly receives: number
}

const atOnce = 5
/** SQS's longest delay, half of the time that WeChat may take. */
const followUpSeconds = 900
/** WeChat says that a verdict comes within thirty minutes (docs/wechat.md 10.2). */
const verdictMs = 1_800_000
/** By then a failed download by WeChat may succeed. */
const pauseSeconds = 60
/** The trace_id is stored within this many receives, a quarter of an hour. */
const unknownReceives = 8
/** SQS hides a message for at most twelve hours after it was received. */
const longestWaitSeconds = 11 * 3600
/** The same URL again: a copy of the message has just asked, or the next URL will differ. */
const repeated = 87_020

/** `noCallsBefore` (ms): the quota of a mini program is used up, so this batch makes no calls for it before then. */
type Batch = {
  readonly deps: CheckImagesDeps
  readonly until: number
  readonly noCallsBefore: Map<MiniAppId, number>
}
/** The work on one message, which concerns a picture of this mini program only; the log is that one's. */
type Job = {
  readonly mini: MiniAppId
  readonly deps: CheckImagesDeps & { readonly log: AppLog }
  readonly batch: Batch
}

/** Processes messages; starts none after `until` (ms). Returns those to retry, each after its own delay. */
export async function checkImages<A extends CheckArrival>(
  arrivals: readonly A[],
  deps: CheckImagesDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const batch: Batch = { deps, until, noCallsBefore: new Map() }
  const again: A[] = []
  const inLane = arrivals.map(arrival => ({ arrival, lane: arrival.message.mini }))
  await inLanes(inLane, { width: atOnce, trouble: new Set() }, async ({ arrival }) => {
    const seconds = await inRecord(arrival, () => workOn(arrival, batch))
    if (seconds === undefined) return
    again.push(arrival)
    await inRecord(arrival, () => putOff(arrival, seconds, deps))
  })
  return again
}

/** Where SQS does not take the delay, the queue's own holds, and the other messages of the batch are done all the same. */
async function putOff({ receiptHandle }: CheckArrival, seconds: number, { checks, log }: CheckImagesDeps) {
  try {
    await checks.retryIn(receiptHandle, seconds)
  } catch (error) {
    log.warn('check-images.not-put-off', { error })
  }
}

/** Returns the seconds until a retry; undefined if the message is done. */
async function workOn(arrival: CheckArrival, batch: Batch): Promise<number | undefined> {
  const { mini } = arrival.message
  const name = batch.deps.minis.find(it => it.app.appid === mini)?.app.name ?? mini
  const deps = { ...batch.deps, log: logOf({ name }, batch.deps.log) }
  if (deps.now() >= batch.until) return 1
  try {
    return await route(arrival, { mini, deps, batch })
  } catch (error) {
    deps.log.warn('check-images.failed', { error, receives: arrival.receives })
    if (!(error instanceof WeChatError) || error.class !== 'quota') return retryDelay(arrival.receives, deps.random)
    if (error.errcode === repeated) return pauseSeconds
    const seconds = Math.min(secondsToRetry(error.errcode, deps.now(), arrival.receives), longestWaitSeconds)
    batch.noCallsBefore.set(mini, deps.now() + seconds * 1000)
    return seconds
  }
}

function route({ message, receives }: CheckArrival, job: Job): Promise<number | undefined> {
  if ('ask' in message) return requestFirst(message.ask, job)
  if ('lookAfter' in message) return followUp(message.lookAfter, job)
  return applyVerdict(message.verdict, receives, job)
}

/** A copy of the message may have asked already; then only the follow-up may be missing. */
async function requestFirst(id: string, job: Job): Promise<number | undefined> {
  const image = await findChecking(id, job)
  if (image === undefined) return undefined
  const seconds = image.asks === 0 ? await requestCheck(image, job) : undefined
  return seconds ?? queueFollowUp(id, job)
}

/** Verdicts can get lost: after a long enough wait, asks again. */
async function followUp(id: string, job: Job): Promise<number | undefined> {
  const image = await findChecking(id, job)
  if (image === undefined) return undefined
  const isOverdue = job.deps.now() - image.at >= verdictMs
  const seconds = isOverdue ? await requestCheck(image, job) : undefined
  return seconds ?? queueFollowUp(id, job)
}

async function findChecking(id: string, { mini, deps }: Job): Promise<Image | undefined> {
  const image = await deps.images.find(id)
  return image?.mini === mini && image.state === 'checking' ? image : undefined
}

async function applyVerdict({ traceId, suggest, errcode }: ImageVerdict, receives: number, job: Job) {
  const { mini, deps } = job
  const image = await deps.images.traced(mini, traceId)
  if (image === undefined) {
    // The verdict may arrive before the trace_id is stored.
    if (receives < unknownReceives) return retryDelay(receives, deps.random)
    deps.log.warn('check-images.unknown', { traceId, suggest, errcode })
    return undefined
  }
  if (image.state !== 'checking') await removeLeftovers(image, deps)
  else if (errcode !== 0) return receives === 1 ? pauseSeconds : requestCheck(image, job)
  else if (suggest === 'pass') await serveImage(image, deps)
  else await settleImage(image, { state: 'refused', reason: suggest }, deps)
  return undefined
}

/** Once the quota is used up, further calls would only be refused. */
async function requestCheck(image: Image, { mini, deps, batch }: Job): Promise<number | undefined> {
  const seconds = Math.ceil(((batch.noCallsBefore.get(mini) ?? 0) - deps.now()) / 1000)
  if (seconds > 0) return seconds
  await askImageCheck(image, deps)
  return undefined
}

async function queueFollowUp(id: string, { mini, deps }: Job): Promise<undefined> {
  await deps.checks.push([{ mini, lookAfter: id }], followUpSeconds)
}
