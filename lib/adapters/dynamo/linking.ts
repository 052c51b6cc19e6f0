/**
 * What of an account's sync runs is not worked into the links yet, in their table: rows `linking whole <appid>`/n and
 * `linking changes <appid>`/n, where n is the instant (ms) at which the sync run began, times a thousand, and the step. Each
 * row names the messages of its step that are not worked in, so a message that comes twice is counted once; when none is
 * left, the row goes. Step 0 is the reading of the list.
 *
 * Each row is written by the few invocations that hold its hundred messages, and none grows: there is no shared
 * counter.
 */

import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'
import { batchSize } from '../../followers/follower-batches.ts'
import type { CountedRun, LinkingStore, QueuedPart } from '../../followers/ports.ts'
import type { OfficialAppId } from '../../identifiers.ts'
import { inParallel } from '../../pool.ts'
import type { Now } from '../../ports.ts'
import { type Dynamo, onlyIf, queryAll, type StartKey } from './dynamo.ts'

/** The table's keys have their names of old. */
type Key = { readonly walk: string; readonly part: number }

/** A sync run of n steps takes longer than n/1000 ms, and only one runs at a time, so numbers are unique. */
const stepsPerMs = 1000
/** SQS keeps no message for longer, so older steps can no longer be processed. */
const keptMs = 14 * 86_400_000
/** An unreadable step is waited for no longer than the longest sync run takes. */
const unreadableMs = 3 * 86_400_000
const atOnce = 10
/** Rows whose last message was just processed may precede one that counts. */
const rowsPerLook = 10

const rowKey = v.object({ walk: v.string(), part: v.number() })
const stepRow = v.object({
  ...rowKey.entries,
  beganAt: v.number(),
  step: v.number(),
  people: v.number(),
  left: v.optional(v.set(v.number()), () => new Set<number>()),
})
type StepRow = v.InferOutput<typeof stepRow> & { readonly isUnreadable?: true }

/** Creates the progress store; `onUnreadable` receives the keys of unreadable steps. */
export function createLinkingStore(
  dynamo: Dynamo,
  table: string,
  official: OfficialAppId,
  now: Now,
  onUnreadable: (steps: readonly string[]) => void = () => undefined,
): LinkingStore {
  const [whole, changes] = [`linking whole ${official}`, `linking changes ${official}`]
  const keyOf = ({ isWhole, beganAt }: CountedRun, step: number): Key => {
    return { walk: isWhole ? whole : changes, part: beganAt * stepsPerMs + step }
  }
  const rows = createRows(dynamo, table, { keyOf, onUnreadable })
  const sinceKept = () => (now() - keptMs) * stepsPerMs
  const put = (run: CountedRun, step: number, more: object) =>
    dynamo.send(
      new PutCommand({ TableName: table, Item: { ...keyOf(run, step), beganAt: run.beganAt, step, ...more } }),
    )
  const tidy = async (isGone: (row: StepRow, unclosed: ReadonlySet<number>) => boolean) => {
    const all = (await Promise.all([whole, changes].map(it => Array.fromAsync(rows.read(it, 0))))).flat()
    const unclosed = new Set(all.filter(it => it.step === 0).map(it => it.beganAt))
    const gone = all.filter(it => it.left.size === 0 || it.part < sinceKept() || isGone(it, unclosed))
    await inParallel(gone, atOnce, it => rows.remove(it))
  }

  return {
    async isUnderWay() {
      const isWaitedFor = ({ isUnreadable, beganAt }: StepRow) => !isUnreadable || beganAt >= now() - unreadableMs
      for await (const row of rows.read(whole, sinceKept(), rowsPerLook)) {
        if (row.left.size > 0 && isWaitedFor(row)) return true
      }
      return false
    },
    async open(run, steps) {
      await put(run, 0, { people: 0, left: new Set([0]) })
      await tidy(({ beganAt, step }, unclosed) => {
        return beganAt === run.beganAt ? step > steps : unclosed.has(beganAt)
      })
    },
    async close(run) {
      if (run.isWhole) await tidy(({ beganAt }) => beganAt < run.beganAt)
      await rows.remove(keyOf(run, 0))
    },
    abandon: () => tidy(({ beganAt }, unclosed) => unclosed.has(beganAt)),
    async expect({ step, run, ...counted }, people) {
      const left = new Set(Array(Math.ceil(people / batchSize)).keys())
      if (people > 0) await put(counted, step, { run, people, left })
    },
    async workedIn(parts) {
      await inParallel(bySteps(parts), atOnce, it => rows.take(it))
    },
    async waiting() {
      const all = await Promise.all([whole, changes].map(it => Array.fromAsync(rows.read(it, sinceKept()))))
      return all.flat().reduce((sum, row) => sum + peopleLeft(row), 0)
    },
  }
}

type Rows = {
  remove(key: Key): Promise<void>
  read(partition: string, since: number, limit?: number): AsyncIterable<StepRow>
  /** One small write for all messages of a step that were processed together, and one more for its last. */
  take(parts: readonly [QueuedPart, ...QueuedPart[]]): Promise<void>
}

type RowDeps = {
  readonly keyOf: (run: CountedRun, step: number) => Key
  readonly onUnreadable: (steps: readonly string[]) => void
}

function createRows(dynamo: Dynamo, table: string, { keyOf, onUnreadable }: RowDeps): Rows {
  const named = { ExpressionAttributeNames: { '#left': 'left' } }
  const removeDone = (Key: Key) => {
    const isDone = { ConditionExpression: 'attribute_not_exists(#left)', ...named }
    return onlyIf(dynamo.send(new DeleteCommand({ TableName: table, Key, ...isDone })))
  }
  return {
    async remove({ walk, part }) {
      await dynamo.send(new DeleteCommand({ TableName: table, Key: { walk, part } }))
    },
    async *read(partition, since, Limit) {
      const query = (from: StartKey) =>
        new QueryCommand({ TableName: table, ...stepsSince(partition, since, from, Limit) })
      for await (const items of queryAll(dynamo, query)) {
        const steps = items.map(stepOf)
        const unreadable = steps.filter(it => it.isUnreadable).map(it => `${it.walk}/${it.part}`)
        if (unreadable.length > 0) onUnreadable(unreadable)
        yield* steps
      }
    },
    async take(parts) {
      const Key = keyOf(parts[0], parts[0].step)
      let isDone = false
      const taking = dynamo.send(new UpdateCommand({ TableName: table, Key, ...withoutParts(parts) }))
      await onlyIf(
        taking.then(({ Attributes = {} }) => {
          isDone = Attributes.left === undefined
        }),
      )
      if (isDone) await removeDone(Key)
    },
  }
}

/** Parses a row; an unreadable one keeps its key, counts as waiting, and is deleted with its sync run. */
function stepOf(item: Readonly<Record<string, unknown>>): StepRow {
  const { success, output } = v.safeParse(stepRow, item)
  if (success) return output
  const { walk, part } = v.parse(rowKey, item)
  const [beganAt, step] = [Math.floor(part / stepsPerMs), part % stepsPerMs]
  return { walk, part, beganAt, step, people: 0, left: new Set([0]), isUnreadable: true }
}

function stepsSince(partition: string, since: number, from: StartKey, limit: number | undefined) {
  return {
    ConsistentRead: true,
    ExclusiveStartKey: from,
    KeyConditionExpression: '#walk = :walk AND #part >= :since',
    ExpressionAttributeNames: { '#walk': 'walk', '#part': 'part' },
    ExpressionAttributeValues: { ':walk': partition, ':since': since },
    ...(limit === undefined ? {} : { Limit: limit }),
  }
}

/** Changes nothing if the step is done, was queued again by another run, or is unreadable. */
function withoutParts(parts: readonly [QueuedPart, ...QueuedPart[]]) {
  return {
    UpdateExpression: 'DELETE #left :done',
    ConditionExpression: '#run = :run AND (attribute_not_exists(#left) OR attribute_type(#left, :numbers))',
    ExpressionAttributeNames: { '#left': 'left', '#run': 'run' },
    ExpressionAttributeValues: {
      ':done': new Set(parts.map(it => it.message)),
      ':run': parts[0].run,
      ':numbers': 'NS',
    },
    ReturnValues: 'ALL_NEW' as const,
  }
}

/** Each message names a hundred people, the last one of a step the rest. */
function peopleLeft({ people, left }: StepRow): number {
  return [...left].reduce((sum, message) => sum + Math.min(batchSize, people - message * batchSize), 0)
}

/** The parts of each step, and of each run that queued it. */
function bySteps(parts: readonly QueuedPart[]): [QueuedPart, ...QueuedPart[]][] {
  const steps = Map.groupBy(parts, ({ isWhole, beganAt, step, run }) => `${isWhole} ${beganAt} ${step} ${run}`)
  return [...steps.values()].flatMap(([one, ...more]) => (one === undefined ? [] : [[one, ...more]]))
}
