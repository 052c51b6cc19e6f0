import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeSessionKeys, publicKeysOf } from '../secrets.ts'
import type { BoxState } from '../wechat/box-state.ts'
import { readBoxState } from './box-file.ts'
import type { KeptFolder } from './folder.ts'

/** What an earlier start kept, checked, and where this one keeps what is new. */
export type Kept = {
  folder: string
  isNew: boolean
  /** The folders of DynamoDB and of SQS and S3. */
  tables: string
  queues: string
  sessionKeys: string
  box: BoxState | undefined
}

type LevelClass = new (path: string) => { open(): Promise<void>; close(): Promise<void> }

/** Reads what is kept; what is damaged is set aside, all of it, because the parts would not agree. */
export async function openKept(folder: KeptFolder): Promise<Kept> {
  try {
    return await readKept(folder, folder.isNew)
  } catch (error) {
    folder.setAside(error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error))
    return readKept(folder, true)
  }
}

async function readKept({ path }: KeptFolder, isNew: boolean): Promise<Kept> {
  const [tables, queues] = [join(path, 'dynamodb'), join(path, 'sqs-s3')]
  await checkTables(tables)
  checkQueues(join(queues, 'fauxqs.db'))
  return { folder: path, isNew, tables, queues, sessionKeys: await readSessionKeys(path), box: readBoxState(path) }
}

/** Throws if LevelDB cannot open them. */
async function checkTables(path: string): Promise<void> {
  if (!existsSync(path)) return
  const { Level }: { Level: LevelClass } = createRequire(import.meta.resolve('dynalite'))('level')
  const level = new Level(path)
  try {
    await level.open()
  } catch (error) {
    throw new Error(`the tables cannot be opened: ${describe(error)}`)
  }
  await level.close()
}

function checkQueues(file: string): void {
  if (!existsSync(file)) return
  try {
    const database = new DatabaseSync(file)
    const [row] = database.prepare('PRAGMA quick_check').all()
    database.close()
    if (row?.quick_check !== 'ok') throw new Error(String(row?.quick_check))
  } catch (error) {
    throw new Error(`the queues cannot be opened: ${describe(error)}`)
  }
}

/** With other keys every session of before would be refused. */
async function readSessionKeys(path: string): Promise<string> {
  const file = join(path, 'session-keys.json')
  if (existsSync(file)) {
    const text = readFileSync(file, 'utf8')
    publicKeysOf(text)
    return text
  }
  const made = await makeSessionKeys()
  writeFileSync(file, made, { mode: 0o600 })
  return made
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
