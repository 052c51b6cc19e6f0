/** What people cost in the table of links: rows, requests and bytes, by how many accounts they follow. */

import { BatchGetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { expect, it } from 'vitest'

import { clientOf, openMemoryTables } from '../../../kit/memory-dynamo.ts'
import { createLinkStore } from '../../../lib/adapters/dynamo/links.ts'
import type { Address } from '../../../lib/identifiers.ts'
import { appid, id, miniAppid } from '../../ids.ts'

const people = 100

/** An empty table, and what has been asked of it since it was last asked. */
function openCounted() {
  const tables = openMemoryTables()
  const [writes, reads] = [{ count: 0 }, { count: 0, keys: 0 }]
  const dynamo = clientOf(tables)
  const send = async (command: object) => {
    if (command instanceof UpdateCommand) writes.count++
    if (command instanceof BatchGetCommand) {
      reads.count++
      reads.keys += command.input.RequestItems?.links?.Keys?.length ?? 0
    }
    return Reflect.apply(dynamo.send, dynamo, [command])
  }
  return {
    rows: tables.get('links')?.items ?? new Map<string, object>(),
    writes,
    reads,
    store: createLinkStore(Object.assign(Object.create(dynamo), { send }), 'links'),
  }
}

const officialOf = (account: number) => appid(`wx00000000000001${`${account}`.padStart(2, '0')}`)
const openidOf = (person: number, account: number) => id(`oAccount${account}-person${person}`.padEnd(28, '_'))
const unionidOf = (person: number) => id(`oUnion-person${person}`.padEnd(28, '_'))
const miniOpenidOf = (person: number) => id(`oMini-person${person}`.padEnd(28, '_'))

async function openPeople(accounts: number) {
  const counted = openCounted()
  for (let person = 0; person < people; person++) {
    const unionid = unionidOf(person)
    await counted.store.writeLogin({ mini: miniAppid, miniOpenid: miniOpenidOf(person), unionid }, 1_795_320_000_000)
    for (let account = 0; account < accounts; account++) {
      const row = { openid: openidOf(person, account), unionid, following: true, at: 1_795_320_000 }
      await counted.store.of(officialOf(account)).writeFollower({ ...row, followedAt: row.at }, undefined)
    }
  }
  return counted
}

/** A hundred of mixed ids: of the first account, of the last that they follow, the mini program's, and the unionid. */
function mixed(accounts: number): Address[] {
  return Array.from({ length: people }, (_, person) => {
    const [unionid, last] = [unionidOf(person), accounts - 1]
    const ofPerson: Address[] = [
      { official: officialOf(0), openid: openidOf(person, 0) },
      { official: officialOf(last), openid: openidOf(person, last) },
      { mini: miniAppid, miniOpenid: miniOpenidOf(person) },
    ]
    return ofPerson[person % 4] ?? { unionid }
  })
}

it.each([1, 2, 20])('of people who follow %i accounts each has a row, and one read finds any', async accounts => {
  const { rows, writes, reads, store } = await openPeople(accounts)
  // Each follower, each login, and their unionid; and two small writes for each news.
  expect([rows.size, writes.count]).toEqual([people * (accounts + 2), people * 2 * (accounts + 1)])

  const found = await store.resolve(mixed(accounts))
  expect(found.filter(it => it?.known)).toHaveLength(people)
  // A quarter are the mini program's, whose unionids' rows are read behind.
  expect(reads).toEqual({ count: 2, keys: people * 1.25 })

  const all = await store.resolve(mixed(accounts), 'everywhere')
  expect(new Set(all.map(it => it?.accounts.size))).toEqual(new Set([accounts]))
  expect(reads.count).toBe(4)

  const bytes = JSON.stringify(rows.get(`unionid#${unionidOf(0)}`)).length
  const perPerson = `${accounts + 2} rows, ${2 * (accounts + 1)} writes, ${bytes} bytes in the unionid's row`
  process.stdout.write(`links of one person with ${accounts} accounts: ${perPerson}; 2 reads for ${people} ids\n`)
})
