/** A request to AWS that gets no answer does not last until Lambda ends the function. */

import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'

import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, expect, it, vi } from 'vitest'

import { openDynamo } from '../../../lib/adapters/dynamo/dynamo.ts'

const lib = resolve(import.meta.dirname, '../../../lib')

afterEach(() => vi.unstubAllEnvs())

it('is tried anew when it has waited its time', async () => {
  let requests = 0
  const server = createServer((incoming, response) => {
    incoming.resume()
    // The first one never gets its answer.
    if (++requests > 1) response.end('{"Item":{"appid":{"S":"there"}}}')
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`)
  vi.stubEnv('AWS_REGION', 'local')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  try {
    const { Item } = await openDynamo().send(new GetCommand({ TableName: 'tokens', Key: { appid: 'there' } }))
    expect([requests, Item]).toEqual([2, { appid: 'there' }])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

it('has its limits in each client that a function opens', async () => {
  const files = (await readdir(lib, { recursive: true })).filter(it => it.endsWith('.ts'))
  const texts = await Promise.all(files.map(it => readFile(join(lib, it), 'utf8')))
  const clients = texts.flatMap(it => it.match(/new \w+Client\(.*\)/g) ?? [])
  expect(clients.length).toBeGreaterThan(5)
  expect(clients.filter(it => !/requestHandler: (request|file)Limits/.test(it))).toEqual([])
})
