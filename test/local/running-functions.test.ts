/** What happens to a function that works while the code is built anew, on serverless-offline itself. */

import { writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { letRunsEnd } from '../../local/running-functions.ts'
import { listen } from '../listen.ts'
import { openFolder } from '../opened.ts'

type Run = { setEvent(event: unknown): void; runHandler(): Promise<unknown> }
type Pool = { get(key: string, definition: object): Run; cleanup(): Promise<void> }

const packageFile = join(import.meta.dirname, '../../node_modules/serverless-offline/package.json')

/** A function that answers what the server of the test tells it, as soon as it does. */
async function openFunction(url: string) {
  const servicePath = await openFolder()
  const code = `exports.handler = async () => (await fetch('${url}')).text()`
  await writeFile(join(servicePath, 'slow.cjs'), code)
  const { default: LambdaFunctionPool } = await import(join(packageFile, '../src/lambda/LambdaFunctionPool.js'))
  const service = { provider: { runtime: 'nodejs24.x' } }
  const pool: Pool = new LambdaFunctionPool({ service, config: { servicePath } }, { terminateIdleLambdaTime: 60 })
  return { pool, get: () => pool.get('slow', { handler: 'slow.handler', name: 'slow' }) }
}

/** Holds each request until the test answers it. */
async function openServer() {
  const requests: ServerResponse[] = []
  return { url: await listen(createServer((_, response) => requests.push(response))), requests }
}

// Editing templates.json would end the function that sends, and its events would wait for minutes.
it('lets it end its work, and gives later calls to a new one', { timeout: 20_000 }, async () => {
  await letRunsEnd(packageFile)
  const { url, requests } = await openServer()
  const { pool, get } = await openFunction(url)
  const working = get()
  working.setEvent({})
  const run = working.runHandler()
  await expect.poll(() => requests.length).toBe(1)

  await pool.cleanup()
  expect(get()).not.toBe(working)
  requests[0]?.end('done')
  expect(await run).toBe('done')
})
