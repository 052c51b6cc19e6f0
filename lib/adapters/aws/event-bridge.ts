/** Publishes the results of events to an EventBridge bus. */

import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import type { Apps } from '../../apps.ts'
import { NotPublishedError } from '../../errors.ts'
import { inParallel, inRuns } from '../../pool.ts'
import type { Delivery } from '../../send/delivery.ts'
import type { Results } from '../../send/ports.ts'
import { shown } from '../../send/shown-delivery.ts'

const source = 'queqiao'
/** EventBridge accepts ten entries per call. */
const runSize = 10
/** Pauses before rejected entries are sent again. */
const maxRounds = 3
const atOnce = 4

type Bus = { readonly name: string; readonly apps: Apps }

/** Creates the publisher. The client is loaded with the first event, because most deployments have no bus. */
export function createResults(bus: Bus): Results {
  let opened: Promise<Publish> | undefined
  return {
    async publish(deliveries) {
      opened ??= open()
      const put = await opened
      const refused = new Set<Delivery>()
      const causes: unknown[] = []
      await inParallel(inRuns(deliveries, runSize), atOnce, async run => {
        const { left, cause } = await putAll(run, bus, put)
        for (const it of left) refused.add(it)
        if (cause !== undefined) causes.push(cause)
      })
      const ids = deliveries.filter(it => refused.has(it)).map(it => it.id)
      if (ids.length > 0) throw new NotPublishedError(ids, causes[0])
    },
  }
}

/** Returns for each entry whether it was rejected. */
type Publish = (entries: readonly PutEventsRequestEntry[]) => Promise<boolean[]>

async function open(): Promise<Publish> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge')
  const client: EventBridgeClient = new EventBridgeClient({})
  return async entries => {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }))
    return entries.map((_, index) => Entries[index]?.ErrorCode !== undefined)
  }
}

type Put = { readonly left: readonly Delivery[]; readonly cause?: unknown }

/** Returns the entries that were not accepted; a failed call does not stop the others. */
async function putAll(run: readonly Delivery[], bus: Bus, put: Publish): Promise<Put> {
  let left = run
  try {
    for (let round = 0; left.length > 0 && round < maxRounds; round++) {
      const refused = await put(left.map(it => entryOf(it, bus)))
      left = left.filter((_, index) => refused[index])
    }
    return { left }
  } catch (cause) {
    return { left, cause }
  }
}

function entryOf(delivery: Delivery, { name, apps }: Bus): PutEventsRequestEntry {
  return {
    EventBusName: name,
    Source: source,
    DetailType: `delivery.${delivery.state}`,
    Detail: JSON.stringify(shown(delivery, apps)),
  }
}
