/** An EventBridge bus. The client is loaded with the first entry, because most deployments have no bus. */

import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { inParallel } from '../../pool.ts'
import { inCalls } from './in-calls.ts'
import { requestLimits } from './limits.ts'

const source = 'queqiao'
/** Rejected entries are sent again, so often in all. */
const maxRounds = 3
const atOnce = 4

type BusEntry = { readonly type: string; readonly detail: object }
/** The indexes of entries that were not accepted, and the first error of a call. */
type Refused = { readonly refused: ReadonlySet<number>; readonly cause?: unknown }
export type EventBus = { put(entries: readonly BusEntry[]): Promise<Refused> }

/** Opens the bus of this name in our account. */
export function openBus(name: string): EventBus {
  let opened: Promise<Publish> | undefined
  return {
    async put(entries) {
      opened ??= open()
      const publish = await opened
      const refused = new Set<number>()
      const causes: unknown[] = []
      const indexed = entries.map((it, index): Indexed => [index, entryOf(it, name)])
      const calls = inCalls(indexed, ([, it]) => it.Detail ?? '')
      await inParallel(calls, atOnce, async call => {
        const { left, cause } = await putAll(call, publish)
        for (const [index] of left) refused.add(index)
        if (cause !== undefined) causes.push(cause)
      })
      return { refused, ...(causes.length === 0 ? {} : { cause: causes[0] }) }
    },
  }
}

type Indexed = readonly [index: number, entry: PutEventsRequestEntry]
/** Returns for each entry whether it was rejected. */
type Publish = (entries: readonly PutEventsRequestEntry[]) => Promise<boolean[]>

async function open(): Promise<Publish> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge')
  const client: EventBridgeClient = new EventBridgeClient({ requestHandler: requestLimits })
  return async entries => {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }))
    return entries.map((_, index) => Entries[index]?.ErrorCode !== undefined)
  }
}

type Put = { readonly left: readonly Indexed[]; readonly cause?: unknown }

/** Returns the entries that were not accepted; a failed call does not stop the others. */
async function putAll(run: readonly Indexed[], publish: Publish): Promise<Put> {
  let left = run
  try {
    for (let round = 0; left.length > 0 && round < maxRounds; round++) {
      const refused = await publish(left.map(([, it]) => it))
      left = left.filter((_, index) => refused[index])
    }
    return { left }
  } catch (cause) {
    return { left, cause }
  }
}

function entryOf({ type, detail }: BusEntry, name: string): PutEventsRequestEntry {
  return { EventBusName: name, Source: source, DetailType: type, Detail: JSON.stringify(detail) }
}
