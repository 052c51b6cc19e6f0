/** Has WeChat check pictures, and does what its verdicts say: nothing is served before, and what is risky never. */

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

/** A message of the queue of checks, and how often it was given out. */
export type CheckArrival = Named & {
  readonly message: ImageCheckMessage
  readonly receiptHandle: string
  readonly receives: number
}

const atOnce = 5
/** SQS's longest delay; half of what WeChat gives itself. */
const lookAfterSeconds = 900
/** WeChat says that a verdict comes within thirty minutes (docs/wechat.md 10.2). */
const verdictMs = 1_800_000
/** What kept WeChat from the picture may be over by then. */
const pauseSeconds = 60
/** Our write of the trace_id takes no longer than these receives, a quarter of an hour. */
const unknownReceives = 8
/** SQS hides a message for twelve hours at most, counted from its receive. */
const longestWaitSeconds = 11 * 3600
/** The same URL again: another copy of the message has just asked, or the next URL is another. */
const repeated = 87_020

/** `barredUntil` (ms): nobody of this batch asks before, for the quota is used up. */
type Batch = { readonly deps: CheckImagesDeps; readonly until: number; barredUntil: number }

/** Works on messages; begins none after `until` (ms). Answers those that come again, each after its own time. */
export async function checkImages<A extends CheckArrival>(
  arrivals: readonly A[],
  deps: CheckImagesDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const batch: Batch = { deps, until, barredUntil: 0 }
  const again: A[] = []
  await inParallel(arrivals, atOnce, async arrival => {
    const seconds = await inRecord(arrival, () => workOn(arrival, batch))
    if (seconds === undefined) return
    again.push(arrival)
    await deps.checks.retryIn(arrival.receiptHandle, seconds)
  })
  return again
}

/** Seconds until a message is to come again; undefined if it is done with. */
async function workOn(arrival: CheckArrival, batch: Batch): Promise<number | undefined> {
  const { deps } = batch
  if (deps.now() >= batch.until) return 1
  try {
    return await take(arrival, batch)
  } catch (error) {
    deps.log.warn('check-images.failed', { error, receives: arrival.receives })
    if (!(error instanceof WeChatError) || error.class !== 'quota') return retryDelay(arrival.receives, deps.random)
    if (error.errcode === repeated) return pauseSeconds
    const seconds = Math.min(secondsToReset(error.errcode, deps.now()), longestWaitSeconds)
    batch.barredUntil = deps.now() + seconds * 1000
    return seconds
  }
}

function take(arrival: CheckArrival, batch: Batch): Promise<number | undefined> {
  const { message } = arrival
  if ('ask' in message) return askFirst(message.ask, batch)
  if ('lookAfter' in message) return lookAfter(message.lookAfter, batch)
  return hear(message.verdict, arrival.receives, batch)
}

/** A copy of the message may have asked already; then only the look after it may be missing. */
async function askFirst(id: string, batch: Batch): Promise<number | undefined> {
  const image = await batch.deps.images.find(id)
  if (image?.state !== 'checking') return undefined
  const seconds = image.asks === 0 ? await ask(image, batch) : undefined
  return seconds ?? lookAgain(id, batch)
}

/** Verdicts get lost. Whoever has waited long enough for one asks again. */
async function lookAfter(id: string, batch: Batch): Promise<number | undefined> {
  const image = await batch.deps.images.find(id)
  if (image?.state !== 'checking') return undefined
  const isOverdue = batch.deps.now() - image.at >= verdictMs
  const seconds = isOverdue ? await ask(image, batch) : undefined
  return seconds ?? lookAgain(id, batch)
}

async function hear({ traceId, suggest, errcode }: ImageVerdict, receives: number, batch: Batch) {
  const { deps } = batch
  const image = await deps.images.traced(traceId)
  if (image === undefined) {
    // It may be quicker than our write of the trace_id.
    if (receives < unknownReceives) return retryDelay(receives, deps.random)
    deps.log.warn('check-images.unknown', { traceId, suggest, errcode })
    return undefined
  }
  if (image.state !== 'checking') await removeLeftovers(image, deps)
  else if (errcode !== 0) return receives === 1 ? pauseSeconds : ask(image, batch)
  else if (suggest === 'pass') await serveImage(image, deps)
  else await settleImage(image, { state: 'refused', reason: suggest }, deps)
  return undefined
}

/** Once the quota was found used up, further calls would only be refused. */
async function ask(image: Image, { deps, barredUntil }: Batch): Promise<number | undefined> {
  const seconds = Math.ceil((barredUntil - deps.now()) / 1000)
  if (seconds > 0) return seconds
  await askImageCheck(image, deps)
  return undefined
}

async function lookAgain(id: string, { deps }: Batch): Promise<undefined> {
  await deps.checks.push([{ lookAfter: id }], lookAfterSeconds)
}
