/** Opens what the console looks at, of a stage on AWS or of the local stack, with the operator's own rights. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import { createDeliveryList } from '../../lib/adapters/dynamo/delivery-list.ts'
import { createLinkUpkeep } from '../../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import type { ConsoleDeps } from '../../lib/console/ports.ts'
import { valueCheckOf } from '../../lib/send/kinds/template-event.ts'
import { openAsideLetters } from './dead-letters.ts'
import { openEventsQueue } from './events-queue.ts'
import { ask } from './explain-failure.ts'
import { openFunctions } from './functions.ts'
import type { Means } from './means.ts'
import { clientConfig, findPlace, isLocal, type Place, type Stage } from './place.ts'
import { openQueueSizes } from './queue-sizes.ts'
import { openLists } from './stage-lists.ts'

const answerLimitMs = 15_000

/**
 * Opens it; nothing is asked yet. Each call of the answer has the apps and templates as they are then. Throws a ConfigError
 * if apps.json is wrong.
 */
export function openStage(stage: Stage, session: Means): () => ConsoleDeps {
  const { env, now } = session
  const [lambda, sqs, dynamodb] = (['lambda', 'sqs', 'dynamodb'] as const).map(it => findPlace(stage, it, env))
  if (lambda === undefined || sqs === undefined || dynamodb === undefined) throw new Error('a service has no place')
  const lists = openLists(stage.stage, env)
  const events = openEventsQueue(sqs)
  const opened = {
    stage: stage.stage,
    ...openTables(dynamodb, session),
    queues: openQueueSizes(sqs),
    letters: openAsideLetters(sqs, events, session),
    functions: openFunctions(lambda, session),
    events,
    values: valueCheckOf(env.TEST_ACCOUNT),
    queue: { name: events.name, region: sqs.region, ...(isLocal(sqs) ? { endpoint: sqs.endpoint } : {}) },
    now,
  }
  return () => ({ ...opened, ...lists() })
}

function openTables(
  place: Place,
  { now }: Pick<Means, 'now'>,
): Pick<ConsoleDeps, 'deliveries' | 'list' | 'links' | 'upkeep'> {
  const client = new DynamoDBClient(clientConfig(place, answerLimitMs))
  const dynamo = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const [deliveries, links] = [`queqiao-${place.stage}-deliveries`, `queqiao-${place.stage}-links`]
  const store = createDeliveryStore(dynamo, deliveries, { now, isIndexed: false })
  const list = createDeliveryList(dynamo, deliveries, { now, log: { error: () => undefined } })
  const [linkStore, upkeep] = [createLinkStore(dynamo, links), createLinkUpkeep(dynamo, links)]
  const of = <T>(table: string, rights: string, asked: Promise<T>) =>
    ask(place, { service: 'DynamoDB', what: `table ${table}`, right: `${rights} on ${table}` }, asked)
  const [get, batchGet, query] = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query']
  return {
    deliveries: {
      find: id => of(deliveries, get, store.find(id)),
      read: ids => of(deliveries, batchGet, store.read(ids)),
    },
    list: { page: order => of(`${deliveries}/index/by-state`, query, list.page(order)) },
    links: { resolve: (...asked) => of(links, batchGet, linkStore.resolve(...asked)) },
    upkeep: { idsOf: address => of(links, get, upkeep.idsOf(address)) },
  }
}
