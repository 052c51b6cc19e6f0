/** Watches the functions' log, and keeps what it tells of each event: the tables have only the last state of one. */
import * as v from 'valibot'
import type { Apps } from '../../lib/apps.ts'
import type { History, SeenStep } from '../../lib/console/ports.ts'
import { type LogLine, readLine } from '../terminal/line.ts'
import { createAreas } from './areas.ts'
import { remember } from './bounded.ts'
import { addStep, type Watched, watch } from './event.ts'
import { readStep, type Told } from './read-step.ts'

/** Takes each line of the functions' log by `add`. */
export type Watching = History & { readonly add: (line: string) => void }

const receiptLine = v.object({ msgid: v.string(), official: v.string(), state: v.string() })

/** `apps` as they are now: lines name an account, and receipts have its appid. */
type Options = { readonly apps: () => Apps; readonly now?: () => number }

/** Creates an empty history. */
export function createHistory({ apps, now = Date.now }: Options): Watching {
  const events = createEvents(apps)
  const areas = createAreas()
  let revision = 0
  return {
    add(text) {
      const line = readLine(text)
      if (line.kind === 'text') areas.addText(line.text)
      if (line.kind !== 'log') return
      revision += 1
      areas.add(line)
      events.note(line)
    },
    notePush(id, template) {
      revision += 1
      const at = new Date(now()).toISOString()
      addStep(events.find(id, at), { step: 'pushed', at }, template === undefined ? {} : { template })
    },
    stepsOf: events.stepsOf,
    events: events.all,
    areas: areas.all,
    revision: () => revision,
  }
}

function createEvents(apps: Options['apps']) {
  const events = new Map<string, Watched>()
  const receipts = createReceipts()
  const find = (id: string, at: string) => remember(events, id, events.get(id) ?? watch(id, at))
  /** Two accounts may have one msgid. */
  const messageOf = (account: string, msgid: string) =>
    `${apps().officials.find(it => it.name === account)?.appid ?? account} ${msgid}`

  function noteReceipt({ fields, at }: LogLine): void {
    const read = v.safeParse(receiptLine, fields)
    if (!read.success) return
    const { msgid, official, state } = read.output
    const step = { step: 'receipt', at: at.toISOString(), state } as const
    const event = events.get(receipts.eventOf(messageOf(official, msgid), step) ?? '')
    if (event?.steps.every(it => it.step !== 'receipt')) addStep(event, step)
  }

  function noteTold(id: string, at: string, { steps = [], facts = {}, msgid }: Partial<Told> = {}): void {
    const event = find(id, at)
    for (const step of steps) addOnce(event, step, facts)
    const receipt = msgid === undefined ? undefined : receipts.join(messageOf(facts.from ?? '', msgid), id)
    if (receipt !== undefined) addStep(event, receipt)
  }

  function noteStep(line: LogLine): void {
    const told = readStep(line)
    for (const id of told?.ids ?? []) noteTold(id, line.at.toISOString(), told)
  }

  return {
    find,
    note: (line: LogLine) => (line.event === 'receipts.kept' ? noteReceipt(line) : noteStep(line)),
    stepsOf: (id: string) => events.get(id)?.steps ?? [],
    all: () => [...events.values()].map(it => it.facts).toReversed(),
  }
}

/** The console's own push is told by the sender as well. */
function addOnce(event: Watched, step: SeenStep, facts: Parameters<typeof addStep>[2]): void {
  if (step.step !== 'pushed' || !event.steps.some(it => it.step === 'pushed')) addStep(event, step, facts)
}

/** Which event a message of an account is of; a receipt may come before that is known. */
function createReceipts() {
  const eventOf = new Map<string, string>()
  const early = new Map<string, SeenStep>()
  return {
    /** The event of a receipt; without it the receipt is kept for who asks later. */
    eventOf(message: string, receipt: SeenStep): string | undefined {
      const id = eventOf.get(message)
      if (id === undefined) remember(early, message, receipt)
      return id
    },
    /** Notes the event of a message; answers the receipt that came before. */
    join(message: string, id: string): SeenStep | undefined {
      remember(eventOf, message, id)
      const receipt = early.get(message)
      early.delete(message)
      return receipt
    },
  }
}
