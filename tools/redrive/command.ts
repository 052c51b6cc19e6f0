/** `redrive`: shows what was put aside, by reason, and moves it back. */

import { type AsideQueue, openAsideQueue } from '../../local/stage/aside-queue.ts'
import { type EventsQueue, openEventsQueue } from '../../local/stage/events-queue.ts'
import { AskError } from '../../local/stage/explain-failure.ts'
import type { Letter } from '../../local/stage/letter.ts'
import { giveBack, type Hand, hideSeconds, look } from '../../local/stage/look.ts'
import { type Moved, move } from '../../local/stage/move.ts'
import { findPlace } from '../../local/stage/place.ts'
import { commandLine } from '../command/options.ts'
import { interrupted, type Session, type Start } from '../command/session.ts'
import { inThousands, inUnits } from '../command/words.ts'
import { type Options, parseOptions, spec } from './options.ts'
import { renderCounts, renderTable } from './table.ts'

type RedriveDeps = Pick<Session, 'screen' | 'now' | 'signal'> & {
  readonly queues: readonly AsideQueue[]
  readonly events: EventsQueue
}

/** Before others see the messages again, with time for what is under way. */
const marginMs = 30_000

/** What programs read of a queue; `moved` if events were to be. */
type Told = { readonly queue: string; readonly events: readonly object[]; moved?: number }

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 'sqs', session.env)
  const queues = options.queues.map(it => openAsideQueue(place, it))
  return runRedrive(options, { ...session, queues, events: openEventsQueue(place) })
}

/** Runs the command; answers its exit code. */
export async function runRedrive(options: Options, deps: RedriveDeps): Promise<number> {
  const told: Told[] = []
  const code = await treatAll({ options, deps, told })
  if (told.length > 0) deps.screen.json({ queues: told })
  return code
}

async function treatAll(run: Run): Promise<number> {
  const { options, deps } = run
  const { queues, events, screen, signal } = deps
  screen.line(`What was put aside, stage ${options.stage} (${events.where}) · 待人工处理的事件`)
  try {
    const codes: number[] = []
    for (const queue of queues) if (!signal.aborted) codes.push(await treat(queue, run))
    if (signal.aborted) screen.line('Stopped. · 已停止')
    return signal.aborted ? interrupted : Math.max(...codes)
  } catch (error) {
    if (!(error instanceof AskError)) throw error
    screen.problem(`✗ ${error.message}`)
    return 1
  }
}

/** Whatever happens, what was taken into the hand is given back. */
async function treat(queue: AsideQueue, run: Run): Promise<number> {
  const hand: Hand = new Map()
  let code = 1
  let isTidy = false
  try {
    code = await lookAndMove(queue, hand, run)
  } finally {
    isTidy = await tidyUp(queue, hand, run.deps)
  }
  return isTidy ? code : Math.max(code, 1)
}

type Run = { readonly options: Options; readonly deps: RedriveDeps; readonly told: Told[] }

async function lookAndMove(queue: AsideQueue, hand: Hand, run: Run): Promise<number> {
  const { options, deps } = run
  const { screen, now, signal } = deps
  const until = now() + hideSeconds * 1000 - marginMs
  const counts = await queue.count()
  await look(queue, hand, { now, signal, show: showing('looked at', Math.max(1, counts.waiting), deps) })
  // What was looked at until then is not all.
  if (signal.aborted) return interrupted
  const letters = [...hand.values()]
  const chosen = choose(letters, options)
  screen.line(renderCounts(queue.name, letters.length, counts))
  const seen: Told = { queue: queue.name, events: letters.map(dataOf) }
  run.told.push(seen)
  if (letters.length > 0) screen.line(renderTable(letters, new Set(chosen)))
  if (!options.isSending) return describeChoice(queue, chosen, { letters, ...run })
  const moved = await move(chosen, {
    ...{ queue, events: deps.events, hand, evenInDoubt: options.evenInDoubt },
    ...{ now, until, signal, show: showing('moved', chosen.length, deps) },
  })
  seen.moved = moved.moved
  return describeMove(moved, chosen, run)
}

/** Its body has people's data, and stays where it is. */
function dataOf({ id, reason, at, group }: Letter): object {
  return { id, reason, at: new Date(at).toISOString(), group }
}

/** The oldest first. */
function choose(letters: readonly Letter[], { reason, limit }: Options): Letter[] {
  if (reason === undefined) return []
  const part = reason.toLowerCase()
  const found = letters.filter(it => part === 'all' || it.reason.toLowerCase().includes(part))
  return found.toSorted((a, b) => a.at - b.at).slice(0, limit)
}

function describeChoice(
  { ending }: AsideQueue,
  chosen: readonly Letter[],
  found: Run & { readonly letters: readonly Letter[] },
) {
  const { letters, options, deps } = found
  const { reason, limit } = options
  if (letters.length === 0) return 0
  const count = reason === undefined ? '' : `${inThousands(chosen.length)} would be moved; `
  const wishes = [
    ...['--reason', reason === undefined ? '<part of a reason>' : `'${reason}'`, '--send'],
    ...(Number.isFinite(limit) ? ['--limit', `${limit}`] : []),
    ...(ending === 'review' ? ['--queue', 'review', '--even-in-doubt'] : []),
  ]
  deps.screen.line(
    `  ${count}to move them back into ${deps.events.name} · 移回: ${commandLine(spec.verb, options, wishes)}`,
  )
  return 0
}

function describeMove({ moved, twice, ...more }: Moved, chosen: readonly Letter[], { options, deps }: Run): number {
  const { screen, events } = deps
  if (chosen.length === 0) {
    screen.problem('✗ no event has such a reason · 没有符合的事件')
    return 1
  }
  const isAll = moved === chosen.length
  const of = `${inThousands(moved)} of ${inThousands(chosen.length)}`
  screen.line(`${isAll ? '✓' : '✗'} ${of} moved back into ${events.name} · 已移回`)
  if (twice > 0)
    screen.line(`  ${inThousands(twice)} more are pushed, and could not be deleted here: they stay as well`)
  if (moved + twice > 0)
    screen.line('  What is marked as sent is not sent again for 15 days. · 已发送过的 15 天内不重发')
  if (options.evenInDoubt && chosen.some(it => it.kind === 'in-doubt'))
    screen.line('  What was in doubt goes out under its id and ":again". · 存疑的以新 id（原 id 加 :again）发送')
  if ('failure' in more) throw more.failure
  return isAll ? 0 : 1
}

/** Answers whether others can see all of them again. */
async function tidyUp(queue: AsideQueue, hand: Hand, { screen, signal }: RedriveDeps): Promise<boolean> {
  if (signal.aborted && hand.size > 0) screen.line(`Giving ${inThousands(hand.size)} back … · 正在归还`)
  const size = hand.size
  const kept = await giveBack(queue, hand).catch(error => {
    screen.problem(`✗ ${error instanceof AskError ? error.message : error}`)
    return size
  })
  const time = inUnits(hideSeconds * 1000)
  if (kept > 0)
    screen.problem(`✗ ${inThousands(kept)} could not be given back: they come back by themselves in ${time}`)
  return kept === 0
}

function showing(what: string, total: number, { screen }: RedriveDeps) {
  return (count: number) =>
    screen.progress(`${what} ${inThousands(count)}/${inThousands(Math.max(count, total))}`, count / total)
}
