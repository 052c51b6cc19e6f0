/** What became of events, published to a bus of EventBridge. */

import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'

import { inRuns } from '../pool.ts'
import type { Results } from '../ports.ts'

const source = 'queqiao'
/** EventBridge takes ten events a call. */
const runSize = 10
/** What it did not take is handed in again. */
const maxRounds = 3

/** Creates the way to a bus. The client is loaded with the first event, for most deployments have no bus. */
export function createResults(busName: string): Results {
  let opened: Promise<Publish> | undefined
  return {
    async publish(deliveries) {
      opened ??= open()
      const put = await opened
      const entries = deliveries.map(it => ({
        EventBusName: busName,
        Source: source,
        DetailType: `delivery.${it.state}`,
        Detail: JSON.stringify(it),
      }))
      for (const run of inRuns(entries, runSize)) await putAll(run, put)
    },
  }
}

type Publish = (entries: readonly PutEventsRequestEntry[]) => Promise<PutEventsRequestEntry[]>

async function open(): Promise<Publish> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge')
  const client: EventBridgeClient = new EventBridgeClient({})
  return async entries => {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }))
    return entries.filter((_, index) => Entries[index]?.ErrorCode !== undefined)
  }
}

async function putAll(entries: readonly PutEventsRequestEntry[], put: Publish): Promise<void> {
  let left = [...entries]
  for (let round = 0; left.length > 0 && round < maxRounds; round++) left = await put(left)
  if (left.length > 0) throw new Error(`EventBridge refused ${left.length} events`)
}
