/** Stage two: reads everything the tables hold about a batch's events, in parallel. */

import type { FoundPerson } from '../followers/link.ts'
import type { Log } from '../ports.ts'
import { choose } from './choose-account.ts'
import { type DoneMark, isSent } from './delivery.ts'
import type { StageDeps } from './deps.ts'
import { createGates } from './gates.ts'
import { type Knowledge, learnOfAttempts } from './interrupted-sends.ts'
import type { Attempt } from './ports.ts'
import type { SendGate } from './send-gate.ts'
import { attemptName, sendingsOf } from './short-names.ts'
import type { Loaded, Parsed } from './stages.ts'
import { isSame } from './uncertainty.ts'

type Known = Omit<Loaded, keyof Parsed>

/** What the tables know. */
type Tables = {
  readonly marks: ReadonlyMap<string, DoneMark>
  readonly people: ReadonlyMap<Parsed, FoundPerson | undefined>
  readonly attempts: readonly Attempt[]
}

/** Loads a batch, chooses the accounts, and reads their gates; throws if the tables do not answer. */
export async function load(batch: readonly Parsed[], deps: StageDeps): Promise<readonly Loaded[]> {
  const windows = new Map(batch.flatMap(it => (it.message === undefined ? [] : [[it.message.id, it.kind.windowMs]])))
  const gates = createGates(deps)
  const [tables] = await Promise.all([readTables(batch, deps), gates.read(batch)])
  const known = await learnOfAttempts(windows, tables.marks, tables.attempts, deps)
  tellUnreadable(tables.marks, deps.log)
  const chosen = batch.map(it =>
    choose(it, { found: tables.people.get(it), known: known.get(it.id ?? ''), now: deps.now() }),
  )
  // What goes by the first of its accounts, as most does, has its gate already.
  await gates.read(chosen)
  const isOfGood = (id: string) => windows.has(id) || isPerhapsSent(id, tables, deps)
  // What can be sent goes first.
  return chosen
    .toSorted((one, other) => rank(one) - rank(other))
    .map(event => ({
      ...event,
      gate: gates.of(event),
      ...(event.message === undefined ? idOfBad(event, isOfGood) : knownOf(event.message.id, tables, known)),
    }))
}

const rank = ({ message }: Pick<Parsed, 'message'>) => (message === undefined ? 1 : 0)

const nothing = { delivery: undefined, isUnreadable: false, uncertainty: undefined, isInFlight: false, isDone: false }

/** What is known of an event that the tables were not asked for. */
export function nothingKnown(gate: SendGate): Known {
  return { gate, person: undefined, deferral: undefined, ...nothing }
}

async function readTables(batch: readonly Parsed[], deps: StageDeps): Promise<Tables> {
  const sendable = batch.filter(it => it.message !== undefined)
  const [marks, people, attempts] = await Promise.all([
    deps.deliveries.read([...new Set(batch.flatMap(it => it.id ?? []))]),
    deps.links.resolve(sendable.flatMap(it => it.message?.to ?? [])),
    deps.attempts.open(),
  ])
  return { marks, people: new Map(sendable.map((it, index) => [it, people[index]])), attempts }
}

function knownOf(id: string, { marks }: Tables, known: ReadonlyMap<string, Knowledge>) {
  const mark = marks.get(id)
  const { uncertainty, isInFlight = false, isDecided = false } = known.get(id) ?? {}
  return {
    // What was learnt just now was written over what is said there.
    delivery: isSame(uncertainty, mark?.uncertainty) ? mark?.delivery : undefined,
    isUnreadable: mark?.isUnreadable ?? false,
    uncertainty,
    isInFlight,
    isDone: isSent(mark?.delivery) || isDecided,
  }
}

/** Beside a good copy that waits, or is on a phone, a bad one is no end of the event: only the dead-letter queue tells of it. */
function idOfBad({ id }: Pick<Parsed, 'id'>, isOfGood: (id: string) => boolean) {
  return { ...nothing, id: id === undefined || isOfGood(id) ? undefined : id }
}

/** Tells whether an event may be on a phone: a bad copy must not talk over that. Another one that waits the store keeps. */
function isPerhapsSent(id: string, { marks, attempts }: Tables, { accounts }: StageDeps): boolean {
  const mark = marks.get(id)
  if (mark !== undefined && (mark.isUnreadable || mark.uncertainty !== undefined || isSent(mark.delivery))) return true
  const names = new Set(sendingsOf(id, accounts).map(attemptName))
  return attempts.some(attempt => attempt.names.some(it => names.has(it)))
}

/** Nothing is sent for such an event, and nothing told of it, until somebody has mended its row. */
function tellUnreadable(marks: ReadonlyMap<string, DoneMark>, log: Log): void {
  const ids = [...marks].flatMap(([id, mark]) => (mark.isUnreadable ? id : []))
  if (ids.length > 0) log.error('send.deliveries-unreadable', { ids })
}
