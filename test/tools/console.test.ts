/** `./queqiao console`: what it looks at, over the local stack's own SQS and DynamoDB, and the command as a process. */

import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

import { build } from 'esbuild'
import { describe, expect, it, onTestFinished } from 'vitest'

import { getLetters, getQueues } from '../../lib/console/queues.ts'
import { openStage } from '../../local/stage/open-stage.ts'
import { parseOptions } from '../../tools/console/options.ts'
import { listen } from '../listen.ts'
import { onAws, startTool } from './run-tool.ts'
import { openSession } from './session.ts'
import { openDeliveries, openQueues } from './stores.ts'

const eventOf = (id: string) =>
  JSON.stringify({ id, to: { openid: 'oA1bcdefghijklmnopqrstuvwOpQ' }, template: 'order-paid' })

async function open() {
  const [queues, deliveries] = await Promise.all([openQueues('local'), openDeliveries('local')])
  const { session } = openSession(Date.now())
  const openStageAt = (SQS_PORT: string) => {
    const env = { SQS_PORT, DYNAMODB_PORT: `${deliveries.port}` }
    return openStage({ stage: 'local' }, { ...session, env })()
  }
  return { queues, store: deliveries.store, stage: openStageAt(queues.port), openStageAt }
}

/** Opens SQS of this port, but for one of its actions, which it refuses. */
async function openSqsWithout(action: string, port: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const target = `${request.headers['x-amz-target']}`
    const own = `:${request.socket.localPort}/`
    const body = (await text(request)).replaceAll(own, `:${port}/`)
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target }
    const isRefused = target === `AmazonSQS.${action}`
    const asked = isRefused ? undefined : await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })
    const answer = (await asked?.text()) ?? '{"__type":"com.amazonaws.sqs#AccessDenied"}'
    response.writeHead(asked?.status ?? 403, headers).end(answer.replaceAll(`:${port}/`, own))
  })
  return new URL(await listen(server)).port
}
const idsIn = async (drained: Promise<readonly { readonly Body?: string | undefined }[]>) =>
  (await drained).map(({ Body = '{}' }) => JSON.parse(Body).id).toSorted()

describe('the console of a stage', () => {
  it('peeks at dead letters, and leaves them where they are', async () => {
    const { queues, stage } = await open()
    for (const it of ['a', 'b']) await queues.put('-dlq', eventOf(it), { reason: 'rejected: data' })
    const { letters, isAll } = await getLetters('events-dlq', false, stage)
    expect([letters.map(it => it.eventId).toSorted(), isAll]).toEqual([['a', 'b'], true])
    expect(letters[0]).toMatchObject({ reason: 'rejected: data', body: expect.stringContaining('oA1b…OpQ') })
    expect(await idsIn(queues.drain('-dlq'))).toEqual(['a', 'b'])
  })

  it('moves back those that are named, and no other', async () => {
    const { queues, stage } = await open()
    for (const it of ['a', 'b']) await queues.put('-dlq', eventOf(it), { reason: 'rejected: data' })
    const { letters } = await stage.letters.peek('events-dlq')
    const ids = new Set(letters.flatMap(it => (it.eventId === 'b' ? it.messageId : [])))
    expect(await stage.letters.redrive({ queue: 'events-dlq', ids, evenInDoubt: false })).toEqual({ moved: 1 })
    expect([await idsIn(queues.drain('')), await idsIn(queues.drain('-dlq'))]).toEqual([['b'], ['a']])
  })

  // Whoever had moved letters was told only that SQS refused something.
  it('tells what was moved, also where SQS does not take the rest back', async () => {
    const { queues, openStageAt } = await open()
    for (const it of ['a', 'b']) await queues.put('-dlq', eventOf(it), { reason: 'rejected: data' })
    const { letters } = await openStageAt(queues.port).letters.peek('events-dlq')
    const ids = new Set(letters.flatMap(it => (it.eventId === 'b' ? it.messageId : [])))
    const stage = openStageAt(await openSqsWithout('ChangeMessageVisibilityBatch', queues.port))
    expect(await stage.letters.redrive({ queue: 'events-dlq', ids, evenInDoubt: false })).toEqual({ moved: 1 })
    expect(await idsIn(queues.drain(''))).toEqual(['b'])
  })

  it('tells the sizes of the queues that there are, and lists deliveries', async () => {
    const { queues, store, stage } = await open()
    await queues.put('-review', eventOf('c'))
    await store.record({ id: 'c', state: 'in-doubt', attempts: 1, at: new Date().toISOString() }, 'one')
    const sizes = (await getQueues(stage)).map(it => [it.name, it.ready])
    expect(sizes).toEqual([
      ['events', 0],
      ['events-dlq', 0],
      ['events-review', 1],
    ])
    expect((await stage.list.page({ states: ['in-doubt'] })).deliveries).toMatchObject([{ id: 'c' }])
    expect(await stage.deliveries.find('c')).toMatchObject({ state: 'in-doubt' })
  })

  it('says in one line what cannot be asked', async () => {
    const { session } = openSession(Date.now())
    const stage = openStage({ stage: 'local' }, { ...session, env: { DYNAMODB_PORT: '1' } })()
    await expect(stage.list.page({ states: ['parked'] })).rejects.toThrow('start it with npm start')
  })
})

describe('./queqiao console', () => {
  it('serves on loopback until it is stopped, and only reads', async () => {
    const child = startTool('console', ['--stage', 'prod', '--port', '0'], onAws({}))
    onTestFinished(() => void child.kill('SIGKILL'))
    let told = ''
    for await (const chunk of child.stdout) {
      told += chunk
      if (told.includes('\n')) break
    }
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\//.exec(told) ?? []
    expect(await (await fetch(`${url}api/stage`)).json()).toMatchObject({ stage: 'prod', isWriting: false })
    const headers = { 'content-type': 'application/json' }
    const written = await fetch(`${url}api/quota/reopen`, { method: 'POST', headers, body: '{}' })
    expect(written.status).toBe(403)
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
  })

  it('reads its options', () => {
    expect(parseOptions([], {})).toEqual({ stage: 'local', port: 3200, host: '127.0.0.1', isWriting: false })
    expect(parseOptions(['--write', '--port', '0'], { HOST: '0.0.0.0' })).toMatchObject({
      host: '0.0.0.0',
      isWriting: true,
    })
    for (const port of ['70000', '-1', 'x', '']) expect(() => parseOptions([`--port=${port}`], {})).toThrow('--port')
  })
})

it('the console is in no bundle of a function', async () => {
  const functions = (await readdir('functions')).map(it => `functions/${it}`)
  const how = { bundle: true, write: false, metafile: true, platform: 'node', logLevel: 'error' } as const
  const { metafile } = await build({ ...how, entryPoints: functions, outdir: 'out', external: ['@aws-sdk/*'] })
  const inputs = Object.keys(metafile?.inputs ?? {})
  expect(inputs).toContain('lib/send/list-deliveries.ts')
  expect(inputs.filter(it => /console/.test(it) && !it.startsWith('node_modules/'))).toEqual([])
})
