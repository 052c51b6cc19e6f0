import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assertPortsFree, pickFreePort } from '../../local/ports.ts'

const host = '127.0.0.1'

async function occupy() {
  const port = await pickFreePort(host)
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return port
}

/** Listens on a port unless some other process does. */
async function tryListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, host)
  const isListening = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  if (isListening) onTestFinished(() => void server.close())
  return isListening
}

it('pickFreePort › passes over a port in use, picks none twice, and none that a connection may get', async () => {
  // A port whose next one, which this process would pick, is to be had for the test.
  let first = await pickFreePort(host)
  while (!(await tryListen(first + 1))) first = await pickFreePort(host)

  const ports = [first, await pickFreePort(host), await pickFreePort(host)]

  expect(ports).not.toContain(first + 1)
  expect(new Set(ports).size).toBe(3)
  // Prevents that another program gets the port before the one for whom it was picked listens.
  expect(ports.filter(it => it < 12_000 || it >= 32_000)).toEqual([])
})

describe('assertPortsFree', () => {
  it('lets free ports pass, and leaves them free', async () => {
    const use = { port: await pickFreePort(host), host, purpose: 'API', variable: 'API_PORT' }

    await assertPortsFree([use])

    await expect(assertPortsFree([use])).resolves.toBeUndefined()
  })

  it('names each port in use and the variable that changes it', async () => {
    const [api, sqs] = [await occupy(), await occupy()]

    const asserting = assertPortsFree([
      { port: api, host, purpose: 'API', variable: 'API_PORT' },
      { port: await pickFreePort(host), host, purpose: 'DynamoDB', variable: 'DYNAMODB_PORT' },
      { port: sqs, host, purpose: 'SQS and S3', variable: 'SQS_PORT' },
    ])

    await expect(asserting).rejects.toThrow(
      `Port ${api} on 127.0.0.1 (API) is in use; API_PORT chooses another one, as in API_PORT=${api + 1}\n` +
        `Port ${sqs} on 127.0.0.1 (SQS and S3) is in use; SQS_PORT chooses another one, as in SQS_PORT=${sqs + 1}`,
    )
  })
})
