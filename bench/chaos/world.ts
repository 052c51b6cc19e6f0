/** Everything of one run: WeChat in a box, the tables, the queues, the secrets, and on them the clock. */

import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { appids } from '../../kit/app.ts'
import { ahead, moveTo } from '../../kit/clock.ts'
import { openControl } from '../../kit/control.ts'
import { functionSecrets } from '../../kit/function-environment.ts'
import { startWeChat } from '../../kit/processes.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import { isId } from '../../lib/identifiers.ts'
import { inParallel } from '../../lib/pool.ts'
import { openParameterStore } from '../../local/parameter-store.ts'
import { settle } from '../addressees.ts'
import { openBus } from './bus.ts'
import { followers, people } from './events.ts'
import { makeQueues, openQueues, type QueueFault } from './queues.ts'
import { type FaultOf, makeTables, openStore } from './store.ts'
import { createWitness } from './witness.ts'

export type World = Awaited<ReturnType<typeof openWorld>>
type FaultsOf = {
  readonly store: FaultOf
  readonly queue: () => QueueFault | undefined
  /** Whether the bus refuses an entry, which it takes when it comes again. */
  readonly bus: () => boolean
}

/** Opens it; the box, dynalite and fauxqs are new and empty, but for the followers and their links. */
export async function openWorld(faultsOf: FaultsOf) {
  const wechat = await startWeChat()
  const { url } = wechat
  const { store, queues, bus, secrets } = await openAws(faultsOf)
  const [client, { sqs, events }] = await Promise.all([makeTables(store.port), makeQueues(queues.port)])
  const dynamo = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const control = openControl(url)
  await settle(control, followers)
  return {
    control,
    queues,
    events,
    sqs,
    dynamo,
    witness: createWitness(),
    tellings: bus.tellings,
    ports: {
      wechat: Number(new URL(url).port),
      store: store.port,
      queue: queues.port,
      bus: bus.port,
      secrets: Number(new URL(secrets.url).port),
    },
    linkFollowers: () => linkFollowers(dynamo),
    /** Has the link of a person say whether they follow. */
    link: (person: number, following: boolean) => linkFollower(dynamo, person, following),
    /** Moves everybody's clock to an instant; nothing may run meanwhile. */
    async advanceTo(instant: number) {
      const by = Math.max(0, Math.ceil(instant - Date.now()))
      moveTo(ahead() + by)
      await control('/clock', { advance: by })
    },
    async close() {
      await wechat.stop()
      store.close()
      queues.close()
      bus.close()
      await secrets.close()
    },
  }
}

async function openAws(faultsOf: FaultsOf) {
  const secrets = await openParameterStore(0, functionSecrets)
  const [store, bus] = await Promise.all([openStore(faultsOf.store), openBus(faultsOf.bus)])
  return { store, bus, secrets, queues: await openQueues(faultsOf.queue) }
}

async function linkFollowers(dynamo: DynamoDBDocumentClient): Promise<void> {
  const links = createLinkStore(dynamo, 'links')
  await inParallel([...Array(followers).keys()], 20, async person => {
    await linkFollower(dynamo, person, true)
    const { unionid, miniOpenid } = idsOf(person)
    await links.writeLogin({ mini: appids.mini, miniOpenid, unionid }, Date.now())
  })
}

async function linkFollower(dynamo: DynamoDBDocumentClient, person: number, following: boolean): Promise<void> {
  const links = createLinkStore(dynamo, 'links').of(appids.official)
  const at = Math.floor(Date.now() / 1000)
  const { openid, unionid } = idsOf(person)
  const stored = (await links.followers([openid])).get(openid)
  await links.writeFollower({ openid, unionid, following, at, ...(following ? { followedAt: at } : {}) }, stored)
}

function idsOf(person: number) {
  const [openid, unionid, miniOpenid] = [people.openid(person), people.unionid(person), people.miniOpenid(person)]
  if (!isId(openid) || !isId(unionid) || !isId(miniOpenid)) throw new Error(`person ${person} has no ids`)
  return { openid, unionid, miniOpenid }
}
