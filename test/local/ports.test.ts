import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assertPortsFree, pickFreePort } from '../../local/ports.ts'
import { listen } from '../listen.ts'

const host = '127.0.0.1'

const occupy = async () => Number(new URL(await listen(createServer())).port)

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
      new RegExp(
        `^Port ${api} on 127.0.0.1 \\(API\\) is in use; API_PORT chooses another one, as in API_PORT=\\d+\n` +
          `Port ${sqs} on 127.0.0.1 \\(SQS and S3\\) is in use; SQS_PORT chooses another one, as in SQS_PORT=\\d+$`,
      ),
    )
  })

  // The stack ended in a trace of esbuild's, which named no port.
  it('names two of ours that are given one port', async () => {
    const port = await pickFreePort(host)
    const asserting = assertPortsFree([
      { port, host, purpose: 'API', variable: 'API_PORT' },
      { port, host, purpose: 'WeChat', variable: 'WECHAT_PORT' },
    ])
    await expect(asserting).rejects.toThrow(
      new RegExp(`^Port ${port} on 127.0.0.1 \\(WeChat\\) is that of API as well; WECHAT_PORT chooses another one, as`),
    )
  })

  it('proposes a port that is neither in use, nor one of ours, nor proposed twice', async () => {
    const first = await occupy()
    await tryListen(first + 1)
    await tryListen(first + 2)
    const uses = [
      { port: first, host, purpose: 'SQS and S3', variable: 'SQS_PORT' },
      { port: first + 1, host, purpose: 'S3 for uploads', variable: 'S3_PORT' },
    ]

    const { message } = await assertPortsFree(uses).then(
      () => new Error('nothing is in use'),
      (error: Error) => error,
    )

    const proposed = [...message.matchAll(/PORT=(\d+)$/gm)].map(it => Number(it[1]))
    expect(proposed).toEqual([expect.any(Number), expect.any(Number)])
    expect(Math.min(...proposed)).toBeGreaterThan(first + 2)
    // Also when the first proposal is followed.
    expect(await Promise.all(proposed.map(tryListen))).toEqual([true, true])
  })
})
