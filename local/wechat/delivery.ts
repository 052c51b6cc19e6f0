/** Delivers one event to the receiver in up to three requests, each of which is logged (docs/wechat.md 9.5). */
import type { CallbackConfig } from './callback-config.ts'
import { type CallbackAnswer, pushEvent, type Sender } from './callback-request.ts'
import type { Clock } from './clock.ts'
import type { Live } from './live.ts'
import type { MarkFail } from './mark-fail.ts'
import type { PhoneSide } from './phone-side.ts'

const maxDeliveries = 3
/** How many events and deliveries are remembered. */
export const keptDeliveries = 20_000

/** One delivery and its result; `id` names the event. `dropped` means that MarkFail prevented it. */
export type Delivery = Omit<CallbackAnswer, 'outcome'> & {
  id: string
  event: string
  openid: string
  attempt: number
  at: number
  outcome: CallbackAnswer['outcome'] | 'dropped'
}

/** An event, or with `isMessage` a person's message, that is created but may still be held back. */
export type PushedEvent = { id: string; event: string; openid: string; plain: string; isMessage?: true }

/** What a delivery needs of its push. */
export type Way = {
  clock: Clock
  live: Live
  config: CallbackConfig
  retryGapMs: number
  sender: () => Sender
  markFail: MarkFail
  phone: PhoneSide
  log: Delivery[]
}

const dropped: { outcome: 'dropped'; reply?: undefined } = { outcome: 'dropped' }

/** Delivers an event, in up to three tries, unless the URL is marked or removed. */
export async function deliver(way: Way, event: PushedEvent): Promise<void> {
  for (let attempt = 1; attempt <= maxDeliveries; attempt += 1) {
    if (attempt > 1) await pause(way.retryGapMs, way.sender().stop)
    const outcome = await attemptOnce(way, event, attempt)
    if (outcome === 'accepted') return way.markFail.count(true)
    if (outcome === 'none' || outcome === 'dropped') return
  }
  way.markFail.count(false)
  way.phone.failed(event)
}

/** One try; `none` if the push was switched off, or the box closed. */
async function attemptOnce(way: Way, event: PushedEvent, attempt: number): Promise<Delivery['outcome'] | 'none'> {
  const { config, sender } = way
  if (config.url === undefined || sender().stop.aborted) return 'none'
  const about = { id: event.id, event: event.event, openid: event.openid, attempt, at: way.clock.now() }
  const isMarked = way.markFail.isMarked()
  const { reply, ...answer } = isMarked ? dropped : await pushEvent(event, { ...config, url: config.url }, sender())
  record(way.log, { ...about, ...answer })
  way.live.changed('callbacks')
  if (reply !== undefined) way.phone.reply(event, reply)
  return answer.outcome
}

function record(log: Delivery[], delivery: Delivery): void {
  log.push(delivery)
  // Trimmed in bulk now and then, because removing from the front of a long array is slow.
  if (log.length > keptDeliveries * 1.1) log.splice(0, log.length - keptDeliveries)
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const finish = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    stop.addEventListener('abort', finish)
  })
}
