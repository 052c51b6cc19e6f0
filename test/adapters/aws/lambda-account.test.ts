import { createServer } from 'node:http'

import { expect, it } from 'vitest'

import { createAccountLimits } from '../../../lib/adapters/aws/lambda-account.ts'
import { listen } from '../../listen.ts'
import { stubAws } from '../../opened.ts'

/** Lambda's GetAccountSettings, which answers this. */
async function readLimit(answer: object) {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    response.end(JSON.stringify(answer))
  })
  stubAws({ AWS_ENDPOINT_URL_LAMBDA: await listen(server) })
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
