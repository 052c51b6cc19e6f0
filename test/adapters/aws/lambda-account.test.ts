import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, expect, it, onTestFinished, vi } from 'vitest'

import { createAccountLimits } from '../../../lib/adapters/aws/lambda-account.ts'

afterEach(() => void vi.unstubAllEnvs())

/** Lambda's GetAccountSettings, which answers this. */
async function readLimit(answer: object) {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    response.end(JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = {
    AWS_ENDPOINT_URL_LAMBDA: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const limit = await createAccountLimits().concurrency()
  expect(asked).toEqual([expect.stringContaining('/account-settings')])
  return limit
}

it('createAccountLimits › tells what others have not reserved, or nothing where Lambda tells nothing', async () => {
  const AccountLimit = { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 900 }
  expect(await readLimit({ AccountLimit })).toBe(900)
  expect(await readLimit({ AccountLimit: { ConcurrentExecutions: 10 } })).toBe(10)
  expect(await readLimit({})).toBeUndefined()
})
