/** `send`: pushes one event, and follows it to its end. */

import { type Delivery, isSent } from '../../lib/send/delivery.ts'
import type { EventsQueue, Message } from '../command/events-queue.ts'
import { AskError } from '../command/explain-failure.ts'
import type { Screen } from '../command/screen.ts'
import { interrupted } from '../command/session.ts'
import { inUnits } from '../command/words.ts'
import type { Event } from './event.ts'
import { type FollowDeps, follow } from './follow.ts'
import { followCommand, type Options } from './options.ts'
import { renderState } from './state-lines.ts'

export type SendDeps = Pick<FollowDeps, 'deliveries' | 'now' | 'sleep'> & {
  readonly events: EventsQueue
  /** Where the sender writes its log. */
  readonly log: string
  readonly screen: Screen
  /** Aborted when nobody wants to watch any more. */
  readonly signal: AbortSignal
}

/** `mayBePushed` once the queue may have the event. */
type Course = { mayBePushed: boolean }
type Pushing = SendDeps & { readonly course: Course }

/** Runs the command; answers its exit code. */
export async function runSend(options: Options, event: Event, deps: SendDeps): Promise<number> {
  const { events, screen, signal } = deps
  const course = { mayBePushed: event.body === undefined }
  const [what, zh] = event.body === undefined ? ['The event of', '查看事件'] : ['An event for', '推送事件']
  screen.line(`${what} ${events.name} (${events.where}) · ${zh}`)
  for (const line of event.lines) screen.line(line)
  try {
    return await pushAndFollow(options, event, { ...deps, course })
  } catch (error) {
    const command = followCommand(options, event.id)
    if (signal.aborted) {
      screen.line(describeLeaving(course, command))
      return interrupted
    }
    if (!(error instanceof AskError)) throw error
    // A push that got no answer may have arrived: under the same id it is still one message.
    const next = course.mayBePushed ? `to follow the event: ${command}` : `to try again: with --id ${event.id}`
    screen.problem(`✗ ${error.message}; ${next}`)
    return 1
  }
}

async function pushAndFollow(options: Options, event: Event, deps: Pushing): Promise<number> {
  const { id, body, group } = event
  // Asked before anything is pushed, and with it whether one may ask.
  const known = options.isFollowed ? await deps.deliveries.find(id) : undefined
  if (body !== undefined) await push({ body, ...(group === undefined ? {} : { group }) }, known, deps)
  if (!options.isFollowed) {
    deps.screen.json({ id })
    return 0
  }
  const before = body === undefined || isSent(known) ? undefined : known
  return followToEnd({ id, before, waitMs: options.waitSeconds * 1000 }, options, deps)
}

async function push(message: Message, known: Delivery | undefined, { events, screen, signal, course }: Pushing) {
  if (isSent(known)) {
    course.mayBePushed = true
    screen.line('· not pushed: an id that was sent is not sent again for 15 days · 此 id 已发送过，15 天内不重发')
    return
  }
  // Should it be left in this moment, nobody knows.
  course.mayBePushed = true
  await events.push(message, signal).catch(error => {
    course.mayBePushed = signal.aborted
    throw error
  })
  screen.line('✓ pushed; Ctrl-C stops watching, not the event · 已推送；按 Ctrl-C 只停止观看')
}

async function followToEnd(followed: Parameters<typeof follow>[0], options: Options, deps: SendDeps): Promise<number> {
  const { screen, now } = deps
  const startedAt = now()
  const { kind, seen } = await follow(followed, {
    ...deps,
    tell: delivery => screen.line(renderState(delivery, inUnits(now() - startedAt))),
    wait(known, ms) {
      const facts = `waiting for ${awaited(known)} · ${inUnits(ms)}`
      screen.progress({ bar: `  ${facts}`, facts })
    },
  })
  screen.json({ id: followed.id, ...(seen === undefined ? {} : { delivery: seen }) })
  if (kind === 'silent') screen.line(describeSilence(seen, followed.waitMs, deps))
  if (kind === 'silent' || seen?.state === 'parked')
    screen.line(`    to look again · 再次查看: ${followCommand(options, followed.id)}`)
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
    return `  no receipt for ${time}: it may still come, but not where WeChat cannot call /callback · 尚无回执`
  return `✗ no news for ${time} · 尚无结果: the event waits, or is tried again; why, tells the log of send: ${log}`
}

function describeLeaving({ mayBePushed }: Course, command: string): string {
  if (!mayBePushed) return 'Stopped; nothing was pushed. · 已停止，未推送'
  return `Stopped watching; the event goes its way. To follow it again: ${command} · 已停止观看，事件继续`
}
