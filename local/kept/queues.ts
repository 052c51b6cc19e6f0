/**
 * The queues and buckets of fauxqs, kept in a folder. fauxqs does that only by its own start, which listens on every
 * interface: its parts are put together here as that start does it.
 */

import type { buildApp } from 'fauxqs'

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>
type Persistence = {
  readonly db: { exec(sql: string): void; prepare(sql: string): { run(...values: readonly string[]): unknown } }
  updateMessageReady(messageId: string): void
  load(...stores: [Stores['sqsStore'], Stores['snsStore'], Stores['s3Store']]): void
  close(): void
}
type Parts = {
  readonly SqsStore: new () => Stores['sqsStore']
  readonly SnsStore: new () => Stores['snsStore']
  readonly S3Store: new () => Stores['s3Store']
  readonly PersistenceManager: new (folder: string) => Persistence
}

/** Opens them with what an earlier run left. */
export async function openKeptStores(folder: string): Promise<{ readonly stores: Stores; close(): void }> {
  const { SqsStore, SnsStore, S3Store, PersistenceManager } = await partsOfFauxqs()
  const [persistence, sqsStore, snsStore, s3Store] = [
    new PersistenceManager(folder),
    new SqsStore(),
    new SnsStore(),
    new S3Store(),
  ]
  // A message that is there when this process dies stays; only a machine that dies may lose the last ones.
  persistence.db.exec('PRAGMA synchronous = NORMAL')
  giveBackWhole(persistence)
  // Before they write through: they would write what they load.
  persistence.load(sqsStore, snsStore, s3Store)
  for (const it of [sqsStore, snsStore, s3Store, ...sqsStore.allQueues()]) Object.assign(it, { persistence })
  return { stores: { sqsStore, snsStore, s3Store }, close: () => persistence.close() }
}

/**
 * fauxqs 2.4.1 writes of a message that is given back that it was received NULL times, which its own table refuses: the
 * message was in no queue any more.
 */
function giveBackWhole(persistence: Persistence): void {
  const columns = 'receipt_handle = NULL, visibility_deadline = NULL'
  const ready = persistence.db.prepare(`UPDATE sqs_messages SET ${columns} WHERE message_id = ?`)
  persistence.updateMessageReady = messageId => void ready.run(messageId)
}

async function partsOfFauxqs(): Promise<Parts> {
  const files = ['sqs/sqsStore', 'sns/snsStore', 's3/s3Store', 'persistence']
  const modules = await Promise.all(files.map(it => import(new URL(`./${it}.js`, import.meta.resolve('fauxqs')).href)))
  return Object.assign({}, ...modules)
}
