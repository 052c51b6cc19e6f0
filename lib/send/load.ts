/** Stage two: reads everything the tables hold about a batch's events, in parallel. */

import type { Person } from '../followers/link.ts'
import type { Log } from '../ports.ts'
import { type DoneMark, isSent } from './delivery.ts'
import type { SendDeps } from './deps.ts'
import { type Knowledge, learnOfAttempts } from './interrupted-sends.ts'
import type { Message, MessageKind } from './kinds/kind.ts'
import type { Attempt } from './ports.ts'
import { createGate, openGate, type SendGate } from './send-gate.ts'
import { attemptName } from './short-names.ts'
import type { Loaded, Parsed } from './stages.ts'
import { isSame } from './uncertainty.ts'

type Known = Omit<Loaded, keyof Parsed>

/** What the tables know. */
type Tables = {
  readonly marks: ReadonlyMap<string, DoneMark>
  readonly people: ReadonlyMap<Message, Person | undefined>
  readonly attempts: readonly Attempt[]
}

/** Loads a batch, and opens its gates; throws if the tables do not answer. */
export async function load(batch: readonly Parsed[], deps: SendDeps): Promise<readonly Loaded[]> {
  const messages = batch.flatMap(it => it.message ?? [])
  const windows = new Map(batch.flatMap(it => (it.message === undefined ? [] : [[it.message.id, it.kind.windowMs]])))
  const { gates, ...tables } = await readTables(batch, messages, deps)
  const known = await learnOfAttempts(windows, tables.marks, tables.attempts, deps)
  tellUnreadable(tables.marks, deps.log)
  const isOfGood = (id: string) => windows.has(id) || isPerhapsSent(id, tables)
  const loaded = (event: Parsed): Loaded => ({
    ...event,
    ...nothingKnown(gates.get(event.kind) ?? createGate({}, 0, deps)),
    ...(event.message === undefined ? idOfBad(event, isOfGood) : knownOf(event.message, tables, known)),
  })
  // What can be sent goes first.
  return batch.toSorted((one, other) => rank(one) - rank(other)).map(loaded)
}

const rank = ({ message }: Parsed) => (message === undefined ? 1 : 0)

/** What is known of an event that the tables were not asked for. */
export function nothingKnown(gate: SendGate): Known {
  return {
    gate,
    deferral: undefined,
    person: undefined,
    delivery: undefined,
    isUnreadable: false,
    uncertainty: undefined,
    isInFlight: false,
    isDone: false,
  }
}

async function readTables(batch: readonly Parsed[], messages: readonly Message[], deps: SendDeps) {
  const [gates, marks, people, attempts] = await Promise.all([
    openGates(batch, deps),
    deps.deliveries.read([...new Set(batch.flatMap(it => it.id ?? []))]),
    deps.links.resolve(messages.map(it => it.to)),
    deps.attempts.open(),
  ])
  return { gates, marks, people: new Map(messages.map((it, index) => [it, people[index]])), attempts }
}

/** Reads one gate for each kind in the batch. */
async function openGates(batch: readonly Parsed[], deps: SendDeps): Promise<ReadonlyMap<MessageKind, SendGate>> {
  const kinds = [...Map.groupBy(batch, it => it.kind)]
  const gates = kinds.map(async ([kind, alike]) => {
    const count = alike.filter(it => it.message !== undefined).length
    return [kind, await openGate({ ...deps, gate: kind.gateOf(deps) }, count)] as const
  })
  return new Map(await Promise.all(gates))
}

function knownOf(message: Message, { marks, people }: Tables, known: ReadonlyMap<string, Knowledge>): Partial<Known> {
  const mark = marks.get(message.id)
  const { uncertainty, isInFlight = false, isDecided = false } = known.get(message.id) ?? {}
  return {
    person: people.get(message),
    // What was learnt just now was written over what is said there.
    delivery: isSame(uncertainty, mark?.uncertainty) ? mark?.delivery : undefined,
    isUnreadable: mark?.isUnreadable ?? false,
    uncertainty,
    isInFlight,
    isDone: isSent(mark?.delivery) || isDecided,
  }
}

/** Beside a good copy that waits, or is on a phone, a bad one is no end of the event: only the dead-letter queue tells of it. */
function idOfBad({ id }: Parsed, isOfGood: (id: string) => boolean): Pick<Parsed, 'id'> {
  return { id: id === undefined || isOfGood(id) ? undefined : id }
}

/** Tells whether an event may be on a phone: a bad copy must not talk over that. Another one that waits the store keeps. */
function isPerhapsSent(id: string, { marks, attempts }: Tables): boolean {
  const mark = marks.get(id)
  if (mark !== undefined && (mark.isUnreadable || mark.uncertainty !== undefined || isSent(mark.delivery))) return true
  const name = attemptName(id)
  return attempts.some(it => it.names.includes(name))
}

/** Nothing is sent for such an event, and nothing told of it, until somebody has mended its row. */
function tellUnreadable(marks: ReadonlyMap<string, DoneMark>, log: Log): void {
  const ids = [...marks].flatMap(([id, mark]) => (mark.isUnreadable ? id : []))
  if (ids.length > 0) log.error('send.deliveries-unreadable', { ids })
}
