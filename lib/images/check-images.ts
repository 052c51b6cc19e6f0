/** Has WeChat check pictures, and does what its verdicts say: nothing is served before, and what is risky never. */

import { WeChatError } from '../errors.ts'
import type { MiniAppId } from '../identifiers.ts'
import { inRecord, type Named } from '../log-scope.ts'
import { logOf } from '../of-app.ts'
import { inLanes } from '../pool.ts'
import type { AppLog, ConsumedQueue, Queue } from '../ports.ts'
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

/** `barredUntil` (ms): for a mini program nobody of this batch asks before, for its quota is used up. */
type Batch = {
  readonly deps: CheckImagesDeps
  readonly until: number
  readonly barredUntil: Map<MiniAppId, number>
}
/** The work on one message, which is about a picture of this mini program alone; the log is that one's. */
type Job = {
  readonly mini: MiniAppId
  readonly deps: CheckImagesDeps & { readonly log: AppLog }
  readonly batch: Batch
}

/** Works on messages; begins none after `until` (ms). Answers those that come again, each after its own time. */
export async function checkImages<A extends CheckArrival>(
  arrivals: readonly A[],
  deps: CheckImagesDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const batch: Batch = { deps, until, barredUntil: new Map() }
  const again: A[] = []
  const inLane = arrivals.map(arrival => ({ arrival, lane: arrival.message.mini }))
  await inLanes(inLane, { width: atOnce, trouble: new Set() }, async ({ arrival }) => {
    const seconds = await inRecord(arrival, () => workOn(arrival, batch))
    if (seconds === undefined) return
    again.push(arrival)
    await deps.checks.comeAgain(arrival.receiptHandle, seconds)
  })
  return again
}

/** Seconds until a message is to come again; undefined if it is done with. */
async function workOn(arrival: CheckArrival, batch: Batch): Promise<number | undefined> {
  const { mini } = arrival.message
  const name = batch.deps.minis.find(it => it.app.appid === mini)?.app.name ?? mini
  const deps = { ...batch.deps, log: logOf({ name }, batch.deps.log) }
  if (deps.now() >= batch.until) return 1
  try {
    return await take(arrival, { mini, deps, batch })
  } catch (error) {
    deps.log.warn('check-images.failed', { error, receives: arrival.receives })
    if (!(error instanceof WeChatError) || error.class !== 'quota') return retryDelay(arrival.receives, deps.random)
    if (error.errcode === repeated) return pauseSeconds
    const seconds = Math.min(secondsToReset(error.errcode, deps.now()), longestWaitSeconds)
    batch.barredUntil.set(mini, deps.now() + seconds * 1000)
    return seconds
  }
}

function take({ message, receives }: CheckArrival, job: Job): Promise<number | undefined> {
  if ('ask' in message) return askFirst(message.ask, job)
  if ('lookAfter' in message) return lookAfter(message.lookAfter, job)
  return hear(message.verdict, receives, job)
}

/** A copy of the message may have asked already; then only the look after it may be missing. */
async function askFirst(id: string, job: Job): Promise<number | undefined> {
  const image = await findChecking(id, job)
  if (image === undefined) return undefined
  const seconds = image.asks === 0 ? await ask(image, job) : undefined
  return seconds ?? lookAgain(id, job)
}

/** Verdicts get lost. Whoever has waited long enough for one asks again. */
async function lookAfter(id: string, job: Job): Promise<number | undefined> {
  const image = await findChecking(id, job)
  if (image === undefined) return undefined
  const isOverdue = job.deps.now() - image.at >= verdictMs
  const seconds = isOverdue ? await ask(image, job) : undefined
  return seconds ?? lookAgain(id, job)
}

async function findChecking(id: string, { mini, deps }: Job): Promise<Image | undefined> {
  const image = await deps.images.find(id)
  return image?.mini === mini && image.state === 'checking' ? image : undefined
}

async function hear({ traceId, suggest, errcode }: ImageVerdict, receives: number, job: Job) {
  const { mini, deps } = job
  const image = await deps.images.traced(mini, traceId)
  if (image === undefined) {
    // It may be quicker than our write of the trace_id.
    if (receives < unknownReceives) return retryDelay(receives, deps.random)
    deps.log.warn('check-images.unknown', { traceId, suggest, errcode })
    return undefined
  }
  if (image.state !== 'checking') await removeLeftovers(image, deps)
  else if (errcode !== 0) return receives === 1 ? pauseSeconds : ask(image, job)
  else if (suggest === 'pass') await serveImage(image, deps)
  else await settleImage(image, { state: 'refused', reason: suggest }, deps)
  return undefined
}

/** Once the quota was found used up, further calls would only be refused. */
async function ask(image: Image, { mini, deps, batch }: Job): Promise<number | undefined> {
  const seconds = Math.ceil(((batch.barredUntil.get(mini) ?? 0) - deps.now()) / 1000)
  if (seconds > 0) return seconds
  await askImageCheck(image, deps)
  return undefined
}

async function lookAgain(id: string, { mini, deps }: Job): Promise<undefined> {
  await deps.checks.push([{ mini, lookAfter: id }], lookAfterSeconds)
}
