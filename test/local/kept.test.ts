/** What a local run keeps in `.queqiao/` for the next one. */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../../kit/listen.ts'

import { callJson } from '../../local/http-json.ts'
import { openKeptFolder } from '../../local/kept/folder.ts'
import { openKept } from '../../local/kept/stores.ts'
import { pickFreePort } from '../../local/ports.ts'
import { openSqs } from '../../local/stores.ts'
import { localAws, openFolder as openTestFolder } from '../opened.ts'
import { patience } from '../patience.ts'
import { openFolder } from './started-stack.ts'
import { goodData, openTestBox, template } from './wechat/open-test-box.ts'

describe('the folder', () => {
  it('is one run’s alone, until that has ended', async () => {
    const parent = join(await openTestFolder(), '.queqiao')
    const first = openKeptFolder(parent, 'box', () => undefined)
    expect(first.isNew).toBe(true)

    // This very process holds the lock; a run of before with its number has ended.
    await writeFile(join(parent, 'box.lock'), `${process.ppid}`)
    expect(() => openKeptFolder(parent, 'box', () => undefined)).toThrow(
      `Another npm start (process ${process.ppid}) keeps its data in ${parent}. Stop it, or start without kept data`,
    )
    first.close()
    expect(openKeptFolder(parent, 'box', () => undefined).isNew).toBe(false)
  })

  it('where nothing can be written is named in a sentence', async () => {
    const file = join(await openTestFolder(), '.queqiao')
    await writeFile(file, 'no folder')
    expect(() => openKeptFolder(file, 'box', () => undefined)).toThrow(`Nothing can be kept in ${file} (EEXIST)`)
  })

  it.each([
    ['version', '7'],
    ['version', 'broken'],
    ['anything', ''],
  ])('with the %s %s is of another version: it is set aside, and said', async (file, content) => {
    const parent = join(await openTestFolder(), '.queqiao')
    await mkdir(join(parent, 'box'), { recursive: true })
    await writeFile(join(parent, 'box', file), content)
    const told: string[] = []
    const folder = openKeptFolder(parent, 'box', line => told.push(line))

    expect(folder.isNew).toBe(true)
    expect(told).toEqual([expect.stringMatching(/cannot be used \(it is of version .*begins without it$/)])
    folder.close()
    expect(openKeptFolder(parent, 'box', () => undefined).isNew).toBe(false)
  })

  it.each([
    ['wechat.json', '{"people":'],
    ['wechat.json', '{"people":{}}'],
    ['session-keys.json', 'no keys'],
    ['sqs-s3/fauxqs.db', 'no database'],
    ['dynamodb/CURRENT', 'no manifest\n'],
  ])('with a broken %s is set aside as a whole', async (file, content) => {
    const parent = join(await openTestFolder(), '.queqiao')
    const told: string[] = []
    openKeptFolder(parent, 'box', line => told.push(line)).close()
    await mkdir(join(parent, 'box', file, '..'), { recursive: true })
    await writeFile(join(parent, 'box', file), content)

    const folder = openKeptFolder(parent, 'box', line => told.push(line))
    const kept = await openKept(folder)

    expect(kept).toMatchObject({ isNew: true, box: undefined })
    expect(told).toHaveLength(1)
    const [aside = ''] = (await readdir(parent)).filter(it => it.startsWith('box.aside-'))
    expect(await readFile(join(parent, aside, file), 'utf8')).toBe(content)
    folder.close()
  })
})

it('a box remembers people, followers, blocks, messages, tokens, quotas and its clock', async () => {
  const { box, control, post, stable, token } = await openTestBox()
  const who = v.parse(v.object({ id: v.number(), openid: v.string() }), await control('/people', { name: '小鹊' }))
  await control(`/people/${who.id}/follow`, {})
  await control('/people', { count: 3, following: false, unionid: false })
  const message = { touser: who.openid, template_id: template.templateId, data: goodData }
  const sent = await post(`/cgi-bin/message/template/send?access_token=${await token()}`, message)
  expect(sent.json).toMatchObject({ errcode: 0 })
  await control('/clock', { advance: 60_000 })
  await stable()
  const saved = JSON.parse(JSON.stringify(box.state()))

  const later = await openTestBox({ state: saved })

  expect(JSON.parse(JSON.stringify(later.box.state()))).toEqual(saved)
  expect(box.messages()).toHaveLength(1)
  expect(later.box.messages()).toEqual(box.messages())
  expect(await later.stable()).toEqual(await stable())
  expect(await later.control('')).toMatchObject({ followers: 1 })
  // Who is new gets a number of their own.
  expect(await later.control('/people', { name: 'new' })).toMatchObject({ id: 4 })
})

it('queues and buckets have in the next run what was in them', async () => {
  const dataDir = join(await openTestFolder(), 'sqs-s3')
  const open = async () => {
    const { url: endpoint, close } = await openSqs(await pickFreePort('127.0.0.1'), localAws.region, dataDir)
    const [sqs, s3] = [
      new SQSClient({ endpoint, ...localAws }),
      new S3Client({ endpoint, ...localAws, forcePathStyle: true }),
    ]
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'events' }))
    return { sqs, s3, QueueUrl, close }
  }
  const [Bucket, Key, Body] = ['images', 'images/a.png', '\u0089PNG']
  const first = await open()
  await first.s3.send(new CreateBucketCommand({ Bucket }))
  await first.s3.send(new PutObjectCommand({ Bucket, Key, Body }))
  for (const MessageBody of ['handled', 'waits', 'waits too'])
    await first.sqs.send(new SendMessageCommand({ QueueUrl: first.QueueUrl, MessageBody }))
  const { Messages: [handled] = [] } = await first.sqs.send(new ReceiveMessageCommand({ QueueUrl: first.QueueUrl }))
  await first.sqs.send(new DeleteMessageCommand({ QueueUrl: first.QueueUrl, ReceiptHandle: handled?.ReceiptHandle }))
  await first.close()

  const again = await open()
  const { Body: kept } = await again.s3.send(new GetObjectCommand({ Bucket, Key }))
  const received = await again.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: again.QueueUrl, MaxNumberOfMessages: 10 }),
  )
  expect(await kept?.transformToString()).toBe(Body)
  expect(received.Messages?.map(it => it.Body).sort()).toEqual(['waits', 'waits too'])
  await again.close()
})

it('a message that is given back is there at once, and in the next run', async () => {
  const dataDir = join(await openTestFolder(), 'sqs-s3')
  const open = async () => {
    const { url: endpoint, close } = await openSqs(await pickFreePort('127.0.0.1'), localAws.region, dataDir)
    const sqs = new SQSClient({ endpoint, ...localAws })
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'events-dlq' }))
    const receive = async () => {
      const how = { QueueUrl, MessageSystemAttributeNames: ['ApproximateReceiveCount' as const] }
      const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand(how))
      return [message?.Body, message?.Attributes?.ApproximateReceiveCount, message?.ReceiptHandle] as const
    }
    const giveBack = (ReceiptHandle: string | undefined) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
    return { sqs, QueueUrl, receive, giveBack, close }
  }
  const first = await open()
  await first.sqs.send(new SendMessageCommand({ QueueUrl: first.QueueUrl, MessageBody: 'a letter' }))
  for (const count of ['1', '2']) {
    const [body, received, handle] = await first.receive()
    expect([body, received]).toEqual(['a letter', count])
    await first.giveBack(handle)
  }
  await first.close()

  const again = await open()
  expect((await again.receive()).slice(0, 2)).toEqual(['a letter', '3'])
  await again.close()
})

describe('npm start', () => {
  let folder: Awaited<ReturnType<typeof openFolder>>
  const call = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    callJson('GET', `http://127.0.0.1:${folder.ports.api}${path}`, {
      signal: AbortSignal.timeout(patience.timeout),
      headers,
    })
  const box = (method: string, path: string, body?: object) =>
    callJson(method, `http://127.0.0.1:${folder.ports.wechat}/_box${path}`, {
      ...{ signal: AbortSignal.timeout(patience.timeout) },
      ...(body && { body }),
    })

  beforeAll(async () => {
    folder = await openFolder('')
  })
  afterAll(() => folder?.remove())

  it('finds all again that it left, and a second one in the same place says so', { timeout: 400_000 }, async () => {
    // One that ends before it has played anything leaves the demo to the next one.
    const taken = createServer()
    await listen(taken, '127.0.0.1', folder.ports.s3)
    expect((await folder.run('local/start.ts')).told).toContain('is in use')
    taken.close()
    const first = await folder.start()
    expect(first.output()).toMatch(/Data is kept in .*\.queqiao.*box; npm start -- --fresh begins without/)
    const [, id = ''] = /"id":"(order-[^"]+)"/.exec(first.output()) ?? []
    const [, unionid = ''] = /\(unionid (o_[\w-]+)\) is reachable/.exec(first.output()) ?? []
    const second = await folder.run('local/start.ts')
    expect([second.code, second.told]).toEqual([1, expect.stringContaining('Another npm start (process ')])
    const before = (await box('GET', '')).body
    await first.stop()

    const again = await folder.start()

    expect(again.output()).not.toContain('2. Someone follows')
    expect(await call(`/deliveries/${encodeURIComponent(id)}`)).toMatchObject({ body: { state: 'delivered' } })
    expect(await call(`/reach?unionid=${unionid}`)).toMatchObject({ body: { reach: 'reachable' } })
    const [, picture = ''] = /GET (http:\S+\/images\/\S+)/.exec(first.output()) ?? []
    expect((await fetch(picture)).headers.get('content-type')).toBe('image/png')
    const { now: _, ...counts } = v.parse(v.looseObject({ now: v.unknown() }), before)
    expect((await box('GET', '')).body).toMatchObject({ people: counts.people, followers: counts.followers })
    const { told } = await folder.run('tools/queqiao.cjs', 'doctor')
    expect(told).not.toContain('✗')
    await again.stop()
  })
})
