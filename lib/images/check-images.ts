/** Has WeChat check pictures, and acts on its verdicts: unchecked and risky pictures are never served. */

import { WeChatError } from '../errors.ts'
import { inRecord, type Named } from '../log-scope.ts'
import { inParallel } from '../pool.ts'
import type { ConsumedQueue, Queue } from '../ports.ts'
import { secondsToReset } from '../quota-reset.ts'
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

/** `noCallsBefore` (ms): the quota is used up, so this batch makes no calls before then. */
type Batch = { readonly deps: CheckImagesDeps; readonly until: number; noCallsBefore: number }

/** Processes messages; starts none after `until` (ms). Returns those to retry, each after its own delay. */
export async function checkImages<A extends CheckArrival>(
  arrivals: readonly A[],
  deps: CheckImagesDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const batch: Batch = { deps, until, noCallsBefore: 0 }
  const again: A[] = []
  await inParallel(arrivals, atOnce, async arrival => {
    const seconds = await inRecord(arrival, () => workOn(arrival, batch))
    if (seconds === undefined) return
    again.push(arrival)
    await deps.checks.retryIn(arrival.receiptHandle, seconds)
  })
  return again
}

/** Returns the seconds until a retry; undefined if the message is done. */
async function workOn(arrival: CheckArrival, batch: Batch): Promise<number | undefined> {
  const { deps } = batch
  if (deps.now() >= batch.until) return 1
  try {
    return await route(arrival, batch)
  } catch (error) {
    deps.log.warn('check-images.failed', { error, receives: arrival.receives })
    if (!(error instanceof WeChatError) || error.class !== 'quota') return retryDelay(arrival.receives, deps.random)
    if (error.errcode === repeated) return pauseSeconds
    const seconds = Math.min(secondsToReset(error.errcode, deps.now()), longestWaitSeconds)
    batch.noCallsBefore = deps.now() + seconds * 1000
    return seconds
  }
}

function route(arrival: CheckArrival, batch: Batch): Promise<number | undefined> {
  const { message } = arrival
  if ('ask' in message) return requestFirst(message.ask, batch)
  if ('lookAfter' in message) return followUp(message.lookAfter, batch)
  return applyVerdict(message.verdict, arrival.receives, batch)
}

/** A copy of the message may have asked already; then only the follow-up may be missing. */
async function requestFirst(id: string, batch: Batch): Promise<number | undefined> {
  const image = await batch.deps.images.find(id)
  if (image?.state !== 'checking') return undefined
  const seconds = image.asks === 0 ? await requestCheck(image, batch) : undefined
  return seconds ?? queueFollowUp(id, batch)
}

/** Verdicts can get lost: after a long enough wait, asks again. */
async function followUp(id: string, batch: Batch): Promise<number | undefined> {
  const image = await batch.deps.images.find(id)
  if (image?.state !== 'checking') return undefined
  const isOverdue = batch.deps.now() - image.at >= verdictMs
  const seconds = isOverdue ? await requestCheck(image, batch) : undefined
  return seconds ?? queueFollowUp(id, batch)
}

async function applyVerdict({ traceId, suggest, errcode }: ImageVerdict, receives: number, batch: Batch) {
  const { deps } = batch
  const image = await deps.images.traced(traceId)
  if (image === undefined) {
    // The verdict may arrive before the trace_id is stored.
    if (receives < unknownReceives) return retryDelay(receives, deps.random)
    deps.log.warn('check-images.unknown', { traceId, suggest, errcode })
    return undefined
  }
  if (image.state !== 'checking') await removeLeftovers(image, deps)
  else if (errcode !== 0) return receives === 1 ? pauseSeconds : requestCheck(image, batch)
  else if (suggest === 'pass') await serveImage(image, deps)
  else await settleImage(image, { state: 'refused', reason: suggest }, deps)
  return undefined
}

/** Once the quota is used up, further calls would only be refused. */
async function requestCheck(image: Image, { deps, noCallsBefore }: Batch): Promise<number | undefined> {
  const seconds = Math.ceil((noCallsBefore - deps.now()) / 1000)
  if (seconds > 0) return seconds
  await askImageCheck(image, deps)
  return undefined
}

async function queueFollowUp(id: string, { deps }: Batch): Promise<undefined> {
  await deps.checks.push([{ lookAfter: id }], followUpSeconds)
}
