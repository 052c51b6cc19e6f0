/** `send`: pushes one event by hand, and follows it to its end. */

import { type Delivery, isSent } from '../../lib/send/delivery.ts'
import { valueCheckOf } from '../../lib/send/kinds/template-event.ts'
import { type EventsQueue, type Message, openEventsQueue } from '../../local/stage/events-queue.ts'
import { findPlace, logOf } from '../../local/stage/place.ts'
import { commandLine } from '../command/options.ts'
import { type Session, type Start, whileAsking } from '../command/session.ts'
import { inUnits } from '../command/words.ts'
import { type Deliveries, openDeliveries } from './deliveries.ts'
import { type Event, makeEvent } from './event.ts'
import { follow } from './follow.ts'
import { type Options, parseOptions, spec } from './options.ts'
import { renderState } from './state-lines.ts'

type SendDeps = Omit<Session, 'env'> & {
  readonly events: EventsQueue
  readonly deliveries: Deliveries
  /** Where the sender writes its log. */
  readonly log: string
}

/** `mayBePushed` once the queue may have the event; `followCommand` follows it. */
type Course = { mayBePushed: boolean; readonly followCommand: string }
type Run = { readonly options: Options; readonly event: Event; readonly deps: SendDeps; readonly course: Course }

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 'sqs', session.env)
  const event = makeEvent(options, session.now(), valueCheckOf(session.env.TEST_ACCOUNT))
  const deliveries = openDeliveries(findPlace(options, 'dynamodb', session.env), session.now)
  const log = logOf(place, 'send')
  return runSend(options, event, { ...session, events: openEventsQueue(place), deliveries, log })
}

/** Runs the command; answers its exit code. */
export async function runSend(options: Options, event: Event, deps: SendDeps): Promise<number> {
  const { events, screen } = deps
  const followCommand = commandLine(spec.verb, options, ['--id', event.id])
  const course = { mayBePushed: event.body === undefined, followCommand }
  const [what, zh] = event.body === undefined ? ['The event of', '查看事件'] : ['An event for', '推送事件']
  screen.line(`${what} ${events.name} (${events.where}) · ${zh}`)
  for (const line of event.lines) screen.line(line)
  return whileAsking(deps, () => pushAndFollow({ options, event, deps, course }), {
    left: () => describeLeaving(course),
    // A push that got no answer may have arrived: under the same id it is still one message.
    next: () =>
      course.mayBePushed ? `; to follow the event: ${followCommand}` : `; to try again: with --id ${event.id}`,
  })
}

async function pushAndFollow(run: Run): Promise<number> {
  const { options, event, deps } = run
  const { id, body, group } = event
  // Asked before anything is pushed, and with it whether one may ask.
  const known = options.isFollowed ? await deps.deliveries.find(id) : undefined
  if (body !== undefined) await push({ body, ...(group === undefined ? {} : { group }) }, known, run)
  if (!options.isFollowed) {
    deps.screen.json({ id })
    return 0
  }
  return followToEnd(body === undefined || isSent(known) ? undefined : known, run)
}

async function push(message: Message, known: Delivery | undefined, { deps, course }: Run): Promise<void> {
  const { events, screen, signal } = deps
  // Should it be left in this moment, nobody knows.
  course.mayBePushed = true
  if (isSent(known)) {
    screen.line('· not pushed: an id that was sent is not sent again for 15 days · 此 id 已发送过，15 天内不重发')
    return
  }
  await events.push(message, signal).catch(error => {
    course.mayBePushed = signal.aborted
    throw error
  })
  screen.line('✓ pushed; Ctrl-C stops watching, not the event · 已推送；按 Ctrl-C 只停止观看')
}

async function followToEnd(before: Delivery | undefined, { options, event, deps, course }: Run): Promise<number> {
  const { screen, now } = deps
  const { id } = event
  const startedAt = now()
  const followed = { id, before, waitMs: options.waitSeconds * 1000 }
  const { kind, seen } = await follow(followed, {
    ...deps,
    tell: delivery => screen.line(renderState(delivery, inUnits(now() - startedAt))),
    wait: (known, ms) => screen.progress(`waiting for ${awaited(known)} · ${inUnits(ms)}`),
  })
  screen.json({ id, ...(seen === undefined ? {} : { delivery: seen }) })
  if (kind === 'silent') screen.line(describeSilence(seen, followed.waitMs, deps))
  if (kind === 'silent' || seen?.state === 'parked')
    screen.line(`    to look again · 再次查看: ${course.followCommand}`)
  return seen?.state === 'accepted' || seen?.state === 'delivered' ? 0 : 1
}

function awaited(known: Delivery | undefined): string {
  if (known === undefined) return 'the first news'
  return known.state === 'waiting' ? 'the next try' : 'the receipt'
}

function describeSilence(seen: Delivery | undefined, waitMs: number, { log }: SendDeps): string {
  const time = inUnits(waitMs)
  if (seen?.state === 'waiting') return `  nothing new for ${time}: it waits, as told above · 仍在等待`
  if (seen !== undefined)
    return `  no receipt for ${time}: it may still come, but not where WeChat cannot call /callback, nor with RECEIPTS=off · 尚无回执`
  return `✗ no news for ${time} · 尚无结果: the event waits, or is tried again; why, tells the log of send: ${log}`
}

function describeLeaving({ mayBePushed, followCommand }: Course): string {
  if (!mayBePushed) return 'Stopped; nothing was pushed. · 已停止，未推送'
  return `Stopped watching; the event goes its way. To follow it again: ${followCommand} · 已停止观看，事件继续`
}
