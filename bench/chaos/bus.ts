/** EventBridge: takes what the containers tell, now and then not at once, and keeps it with its time. */

import { json } from 'node:stream/consumers'

import * as v from 'valibot'

import { openServer } from '../../kit/listen.ts'

/** What was told of an event, `at` milliseconds by the clock of the run. */
export type Telling = { readonly id: string; readonly state: string; readonly reason?: string; readonly at: number }
export type Bus = {
  readonly port: number
  /** In the order of their coming. */
  readonly tellings: readonly Telling[]
  close(): void
}

const detail = v.object({ id: v.string(), state: v.string(), reason: v.exactOptional(v.string()) })
const request = v.object({
  Entries: v.array(
    v.object({ DetailType: v.string(), Detail: v.pipe(v.string(), v.parseJson(), detail), EventBusName: v.string() }),
  ),
})
type Entry = v.InferOutput<typeof request>['Entries'][number]

/** Opens it; `isRefused` is asked about every entry that comes for the first time. */
export async function openBus(isRefused: () => boolean): Promise<Bus> {
  const tellings: Telling[] = []
  const refused = new Set<string>()
  const take = ({ Detail, DetailType }: Entry) => {
    const name = `${Detail.id} ${DetailType}`
    if (!refused.has(name) && isRefused()) {
      refused.add(name)
      return { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }
    }
    tellings.push({ ...Detail, at: Date.now() })
    return { EventId: `${tellings.length}` }
  }
  const { port, close } = await openServer(async (incoming, response) => {
    const Entries = v.parse(request, await json(incoming)).Entries.map(take)
    const FailedEntryCount = Entries.filter(it => 'ErrorCode' in it).length
    const headers = { 'content-type': 'application/x-amz-json-1.1' }
    response.writeHead(200, headers).end(JSON.stringify({ FailedEntryCount, Entries }))
  })
  return { port, tellings, close }
}
