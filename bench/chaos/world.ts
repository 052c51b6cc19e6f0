/** Everything of one run: WeChat in a box, the tables, the queues, the secrets, and on them the clock. */

import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

import { createLinkStore } from '../../lib/adapters/dynamo-links.ts'
import { isId } from '../../lib/identifiers.ts'
import { inParallel } from '../../lib/pool.ts'
import { openParameterStore } from '../../local/parameter-store.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import templates from '../../templates.json' with { type: 'json' }
import { remote } from '../followers/peer.ts'
import { startWeChat } from '../followers/processes.ts'
import { ahead, moveTo } from './clock.ts'
import { followers, people } from './events.ts'
import { openQueues, type QueueFault } from './queues.ts'
import { makeQueues, makeTables } from './resources.ts'
import { type FaultOf, openStore } from './store.ts'

export type World = Awaited<ReturnType<typeof openWorld>>
type FaultsOf = { readonly store: FaultOf; readonly queue: () => QueueFault | undefined }

/** Opens it; the box, dynalite and fauxqs are new and empty, but for the followers and their links. */
export async function openWorld(faultsOf: FaultsOf) {
  const wechat = startWeChat()
  const url = await remote<{ url(): Promise<string> }>(wechat.call, 'box', ['url']).url()
  const [store, queues] = await Promise.all([openStore(faultsOf.store), openQueues(faultsOf.queue)])
  const secrets = await openParameterStore(0, {
    '/chaos/official-appsecret': defaultAccounts.official.appsecret,
    '/chaos/mini-appsecret': defaultAccounts.mini.appsecret,
  })
  const [client, { sqs, events }] = await Promise.all([makeTables(store.port), makeQueues(queues.port)])
  const dynamo = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const control = createControl(url)
  await control('/templates', { add: Object.values(templates.local) })
  await control('/people', { count: followers, following: true })
  return {
    control,
    queues,
    events,
    sqs,
    dynamo,
    ports: {
      wechat: Number(new URL(url).port),
      store: store.port,
      queue: queues.port,
      secrets: Number(new URL(secrets.url).port),
    },
    linkFollowers: () => linkFollowers(dynamo),
    /** Moves everybody's clock to an instant; nothing may run meanwhile. */
    async advanceTo(instant: number) {
      const by = Math.max(0, Math.ceil(instant - Date.now()))
      moveTo(ahead() + by)
      await control('/clock', { advance: by })
    },
    async close() {
      wechat.stop()
      store.close()
      queues.close()
      await secrets.close()
    },
  }
}

export type Control = (path: string, body?: object, method?: string) => Promise<unknown>

function createControl(url: string): Control {
  return async (path, body, method = body === undefined ? 'GET' : 'POST') => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(`${url}/_box${path}`, { method, headers: { connection: 'close' }, ...sent })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    return answer.json()
  }
}

async function linkFollowers(dynamo: DynamoDBDocumentClient): Promise<void> {
  const links = createLinkStore(dynamo, 'links')
  const at = Math.floor(Date.now() / 1000)
  await inParallel([...Array(followers).keys()], 20, async person => {
    const [openid, unionid, miniOpenid] = [people.openid(person), people.unionid(person), people.miniOpenid(person)]
    if (!isId(openid) || !isId(unionid) || !isId(miniOpenid)) throw new Error(`person ${person} has no ids`)
    await links.writeFollower({ openid, unionid, following: true, followedAt: at, at }, undefined)
    await links.writeLogin({ miniOpenid, unionid }, at * 1000)
  })
}
