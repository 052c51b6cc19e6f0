/** What `sls package` makes of the functions and their triggers, as a clone has them; the rest is in template.test.ts. */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { unzipSync } from 'fflate'
import * as v from 'valibot'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

import { toSqsEvent } from '../../local/event-batch.ts'
import { orderPaid } from '../world.ts'
import { decide, inPartition } from './cloudformation.ts'
import { packageStage, resourcesOf, runServerless } from './packaged.ts'
import { openPlace, type Place } from './packaged-send.ts'
import { messageOf, traceOf } from './recursive-loop.ts'

const secrets = {
  WECHAT_OFFICIAL_SECRET: 'canary0fficialcanary0fficialcana',
  WECHAT_MINI_SECRET: 'canarym1n1canarym1n1canarym1n1ca',
  WECHAT_CALLBACK_TOKEN: 'canaryCallbackToken',
  WECHAT_CALLBACK_AES_KEY: 'canaryAesKeyCanaryAesKeyCanaryAesKeyCanaryA',
}

const sourceMap = v.object({ sources: v.array(v.string()) })
const emulators = /fauxqs|dynalite|serverless|sqs-consumer|vitest|fast-check|client-mock|fastify|busboy/
const load = createRequire(import.meta.url)
/** A package of node_modules, or a folder of ours. */
const partOf = (source: string) => /^(node_modules\/(?:@[^/]+\/)?[^/]+|[^/]+)/.exec(source)?.[1] ?? source

let built: Awaited<ReturnType<typeof packageStage>>
let folder: string
let text: string

beforeAll(async () => {
  built = await packageStage('package-test', secrets)
  ;({ folder, text } = built)
}, 240_000)

afterAll(() => built.remove())

/** Loads a bundle from a place of its own, as a new container does. */
const loadBundle = async (name: string, place: string): Promise<unknown> => {
  const files = unzipSync(await readFile(join(folder, 'out', `${name}.zip`)))
  for (const [file, bytes] of Object.entries(files)) {
    await mkdir(join(folder, place, dirname(file)), { recursive: true })
    await writeFile(join(folder, place, file), bytes)
  }
  // By Node itself, as Lambda does, and not by what loads the tests.
  return load(join(folder, place, 'functions', `${name}.cjs`))
}

const allOf = (type: string) => Object.values(resourcesOf(built.template, type))

describe('the package', () => {
  it('has one bundle for each function, and each function its door', async () => {
    const names = (await readdir(join(folder, 'out'))).filter(it => it.endsWith('.zip')).map(it => it.slice(0, -4))
    const doors = (await readdir(join(import.meta.dirname, '../../functions'))).map(it => it.slice(0, -3))
    // These are there only where parameters ask for them.
    const chosen = ['token', 'check-images', 'pass-on']
    expect(names.sort()).toEqual(doors.filter(it => !chosen.includes(it)).sort())
  })

  it('has bundles that load on their own, far from any node_modules', async () => {
    for (const name of (await readdir(join(folder, 'out'))).filter(it => it.endsWith('.zip'))) {
      const door = await loadBundle(name.slice(0, -4), name.slice(0, -4))
      expect(door).toMatchObject({ handler: expect.any(Function) })
    }
  })

  it('has no emulator, test or local file in any bundle', async () => {
    const used = new Set<string>()
    for (const name of (await readdir(join(folder, 'out'))).filter(it => it.endsWith('.zip'))) {
      const files = unzipSync(await readFile(join(folder, 'out', name)))
      const maps = Object.entries(files).filter(([file]) => file.endsWith('.cjs.map'))
      expect(maps, name).toHaveLength(1)
      for (const [, bytes] of maps)
        for (const source of v.parse(sourceMap, JSON.parse(Buffer.from(bytes).toString())).sources)
          used.add(partOf(source.replace(/^(\.\.\/)+/, '')))
    }
    expect([...used].filter(it => !it.startsWith('node_modules')).sort()).toEqual([
      'apps.json',
      'functions',
      'lib',
      'replies.json',
      'templates.json',
    ])
    expect([...used].filter(it => emulators.test(it))).toEqual([])
  })

  it('has the signer of forms without S3’s client, and with it only what moves pictures', async () => {
    const has = async (name: string, word: string) =>
      Buffer.from(
        unzipSync(await readFile(join(folder, 'out', `${name}.zip`)))[`functions/${name}.cjs`] ?? [],
      ).includes(word)
    // A word of S3's rules for addresses.
    expect(await has('receive-images', 'S3Express')).toBe(true)
    expect([await has('images', 'S3Express'), await has('image', 'S3Express')]).toEqual([false, false])
  })

  it('serves GET /token only where it is asked for, and only to IAM', async () => {
    expect(text).not.toContain('GET /token')
    const stdout = await runServerless(['print', '--format', 'json'], { SHARE_TOKENS: 'on' })
    const { token } = v.parse(
      v.looseObject({ functions: v.looseObject({ token: v.unknown() }) }),
      JSON.parse(stdout),
    ).functions
    const route = { method: 'GET', path: '/token', authorizer: { type: 'aws_iam' } }
    expect(token).toMatchObject({ events: [{ httpApi: route }] })
  })

  it('has pictures checked only where that is asked for', () => {
    expect(text).not.toMatch(/ImageChecks|CheckImages|CheckDashimages/)
    const callback = allOf('AWS::Lambda::Function').find(it => it.Properties.FunctionName === 'queqiao-prod-callback')
    expect(callback?.Properties).toMatchObject({ Environment: { Variables: { IMAGE_CHECKS_QUEUE: 'off' } } })
  })

  it('looks at itself unless that is switched off, and pushes no event without a canary', async () => {
    const role = JSON.stringify(built.template.Resources.SelfCheckRole)
    expect([role.includes('ssm:GetParameters'), role.includes('sqs:SendMessage')]).toEqual([true, false])
    const stdout = await runServerless(['print', '--format', 'json'], { SELF_CHECK: 'off' })
    expect(stdout).not.toMatch(/SelfCheckRole|SelfCheckFails|functions\/self-check/)
  })

  it('has no secret in its template, only names', () => {
    expect(Object.values(secrets).filter(it => text.includes(it))).toEqual([])
    expect(text).toContain('/queqiao/prod')
  })

  it('names no partition: aws and aws-cn deploy the same functions', () => {
    expect(text.match(/arn:aws[^"]*/g)).toBeNull()
    expect(
      text
        .match(/[a-z0-9.-]+\.amazonaws\.com(?!\.cn)/g)
        ?.filter(it => !/^(lambda|events|apigateway|s3|cloudfront)\./.test(it)) ?? [],
    ).toEqual([])
  })

  it('runs every function on nodejs24.x and arm64', () => {
    const functions = allOf('AWS::Lambda::Function')
    expect(functions.length).toBeGreaterThan(15)
    for (const it of functions) expect(it.Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
  })

  it('answers a batch record by record, from queues that lay aside what fails, and never lets a redelivery miss the window', () => {
    for (const it of allOf('AWS::Lambda::EventSourceMapping')) {
      expect(it.Properties).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'] })
    }
    const queues = allOf('AWS::SQS::Queue').filter(it => it.Properties.RedrivePolicy !== undefined)
    expect(queues).toHaveLength(4)
    const events = queues.find(it => it.Properties.QueueName === 'queqiao-prod-events')
    // Six of the function's 30 s, and three redeliveries within WeChat's ten minutes.
    expect(events?.Properties.VisibilityTimeout).toBe(180)
    const send = allOf('AWS::Lambda::Function').find(it => it.Properties.FunctionName === 'queqiao-prod-send')
    expect(send?.Properties.Timeout).toBe(30)
  })
})

describe('the packaged send, put off again and again', () => {
  type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>
  const door = v.object({ handler: v.custom<Handler>(it => typeof it === 'function') })
  const path = '/cgi-bin/message/template/send'
  const source = { queueArn: 'arn:aws:sqs:us-east-1:123456789012:events', region: 'us-east-1' }

  afterEach(() => {
    vi.unstubAllEnvs()
  })

  const openContainer = async () => v.parse(door, await loadBundle('send', `send-${crypto.randomUUID()}`)).handler

  type Message = ReturnType<typeof messageOf>

  /** Hands a message to the function as Lambda does; answers the one that it pushed into its own queue. */
  async function invoke(handler: Handler, message: Message, { sqs, trace }: Pick<Place, 'sqs'> & { trace: string }) {
    vi.stubEnv('_X_AMZN_TRACE_ID', trace)
    const answer = await handler(toSqsEvent([message], source), { getRemainingTimeInMillis: () => 30_000 } as Context)
    expect(answer).toEqual({ batchItemFailures: [] })
    return sqs.take('events')[0]
  }

  /** WeChat refuses the first container for as long as it goes on; the last one, new, has not heard of it. */
  async function* containers(rounds: number, { control, box }: Place) {
    await control('/faults', { path, kind: 'errcode', errcode: 48001, times: 1000 })
    const refused = await openContainer()
    for (let round = 0; round < rounds; round++) yield refused
    await fetch(`${box.url}/_box/faults`, { method: 'DELETE' })
    yield await openContainer()
  }

  /** Puts the event off for so many rounds, and then lets it go; answers how it ended, and after how many invocations. */
  async function play(place: Place, { rounds, recursiveLoop }: { rounds: number; recursiveLoop: unknown }) {
    const { sqs, event } = place
    let message: Message | undefined = messageOf(event)
    let invocations = 0
    for await (const handler of containers(rounds, place)) {
      const trace = message && traceOf(message, recursiveLoop)
      if (message === undefined || trace === undefined) break
      message = await invoke(handler, message, { sqs, trace })
      invocations += 1
    }
    return { invocations, isDone: message === undefined }
  }

  const loopOf = (partition: string) => {
    const made = Object.values(resourcesOf(decide(inPartition(partition, built.template)), 'AWS::Lambda::Function'))
    return made.find(it => it.Properties.FunctionName === 'queqiao-prod-send')?.Properties.RecursiveLoop
  }

  it('gets its event through after 40 rounds through its own queue, as its template allows', async () => {
    const place = await openPlace()
    expect(await play(place, { rounds: 40, recursiveLoop: loopOf('aws') })).toEqual({ invocations: 41, isDone: true })
    expect(place.box.messages()).toMatchObject([{ templateId: orderPaid.templateId }])
  })

  it('would be stopped by Lambda on the way, did its template not allow it: the header goes along', async () => {
    const place = await openPlace()
    expect(await play(place, { rounds: 40, recursiveLoop: undefined })).toEqual({ invocations: 16, isDone: false })
  })
})
