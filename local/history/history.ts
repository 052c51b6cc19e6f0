/** Watches the functions' log, and keeps what it tells of each event: the tables have only the last state of one. */
import * as v from 'valibot'
import type { History, SeenStep } from '../../lib/console/ports.ts'
import { type LogLine, readLine } from '../terminal/line.ts'
import { createAreas } from './areas.ts'
import { addStep, type Watched, watch } from './event.ts'
import { readStep } from './read-step.ts'

/** The oldest are forgotten beyond this. */
const mostEvents = 10_000

export type Watching = History & { /** Takes one line of the functions' log. */ readonly add: (line: string) => void }

const receiptLine = v.object({ msgid: v.string(), state: v.string() })

/** Creates an empty history. */
export function createHistory(now: () => number = Date.now): Watching {
  const events = new Map<string, Watched>()
  /** The event of each message, and receipts that came before it was known. */
  const eventOf = new Map<string, string>()
  const early = new Map<string, SeenStep>()
  const areas = createAreas()
  let revision = 0

  function find(id: string, at: string): Watched {
    const event = events.get(id) ?? watch(id, at)
    // What was seen last stands last.
    events.delete(id)
    events.set(id, event)
    trim(events)
    return event
  }

  function note(line: LogLine): void {
    if (line.event === 'receipts.kept') return noteReceipt(line)
    const told = readStep(line)
    for (const id of told?.ids ?? []) {
      const event = find(id, line.at.toISOString())
      const isPushed = event.steps.some(it => it.step === 'pushed')
      for (const step of told?.steps ?? []) {
        if (step.step !== 'pushed' || !isPushed) addStep(event, step, told?.facts)
      }
      if (told?.msgid !== undefined) join(told.msgid, id, event)
    }
  }

  function join(msgid: string, id: string, event: Watched): void {
    const receipt = early.get(msgid)
    if (receipt !== undefined) addStep(event, receipt)
    early.delete(msgid)
    eventOf.set(msgid, id)
    trim(eventOf)
  }

  function noteReceipt({ fields, at }: LogLine): void {
    const read = v.safeParse(receiptLine, fields)
    if (!read.success) return
    const { msgid, state } = read.output
    const step = { step: 'receipt', at: at.toISOString(), state } as const
    const id = eventOf.get(msgid)
    const event = id === undefined ? undefined : events.get(id)
    if (event === undefined) {
      early.set(msgid, step)
      trim(early)
    } else if (!event.steps.some(it => it.step === 'receipt')) addStep(event, step)
  }

  return {
    add(text) {
      const line = readLine(text)
      if (line.kind === 'text') areas.addText(line.text)
      if (line.kind !== 'log') return
      revision += 1
      areas.add(line)
      note(line)
    },
    notePush(id, template) {
      revision += 1
      const at = new Date(now()).toISOString()
      addStep(find(id, at), { step: 'pushed', at }, template === undefined ? {} : { template })
    },
    stepsOf: id => events.get(id)?.steps ?? [],
    events: () => [...events.values()].map(it => it.facts).toReversed(),
    areas: areas.all,
    revision: () => revision,
  }
}

function trim(map: Map<string, unknown>): void {
  const [oldest] = map.keys()
  if (map.size > mostEvents && oldest !== undefined) map.delete(oldest)
}
