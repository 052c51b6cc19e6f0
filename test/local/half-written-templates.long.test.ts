/** templates.json while somebody writes it, beside a stack with an account of one's own: events go on by the list before. */

import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { callJson } from '../../local/http-json.ts'
import { localAws } from '../opened.ts'
import { patience } from '../patience.ts'
import { account, fillIn, readBlock } from './readme-account.ts'
import { openStandIn, templateId } from './stand-in-wechat.ts'
import { openFolder } from './started-stack.ts'

const follower = 'oTestAccountFollower00000001'
const list = (name: string) =>
  JSON.stringify({ local: { [name]: { templateId, title: '测试', fields: { 店名: '店名' } } } }, undefined, 2)

let wechat: Awaited<ReturnType<typeof openStandIn>>
let project: string
let sqs: SQSClient
let folder: Awaited<ReturnType<typeof openFolder>>
let stack: Awaited<ReturnType<typeof folder.start>>

/** The project in a folder of its own, for other tests read the checkout's list. */
async function copyProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'queqiao-project-'))
  const checkout = join(import.meta.dirname, '../..')
  const parts = [
    ...['deploy', 'functions', 'lib', 'local', 'resources', 'tools'],
    ...['apps.json', 'package.json', 'replies.json', 'serverless.yml'],
  ]
  for (const part of parts) await cp(join(checkout, part), join(copy, part), { recursive: true })
  await symlink(join(checkout, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

const writeTemplates = (text: string) => writeFile(join(project, 'templates.json'), text)

beforeAll(async () => {
  wechat = await openStandIn()
  wechat.followers.add(follower)
  project = await copyProject()
  await writeTemplates(list('shop'))
  const dotEnv = fillIn(readBlock('README.md'), { ...account, WECHAT_API_URL: wechat.url })
  folder = await openFolder(dotEnv, project)
  stack = await folder.start()
  sqs = new SQSClient({ endpoint: `http://127.0.0.1:${folder.ports.sqs}`, ...localAws })
}, 120_000)

afterAll(async () => {
  sqs?.destroy()
  await stack?.stop()
  await folder.remove()
  await rm(project, { recursive: true })
  wechat.close()
})

/** Pushes an event for this template, and answers what its delivery has become once it is known. */
async function send(template: string, id: string): Promise<unknown> {
  const MessageBody = JSON.stringify({ id, to: { openid: follower }, template, data: { 店名: '鹊桥书店' } })
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'queqiao-local-events' }))
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))
  const url = `http://127.0.0.1:${folder.ports.api}/deliveries/${id}`
  const ask = () => callJson('GET', url, { signal: AbortSignal.timeout(patience.timeout) })
  await expect.poll(ask, patience).toMatchObject({ status: 200 })
  return (await ask()).body
}

it('keeps the functions going by the last good list, says what is wrong, and takes the mended one', {
  timeout: 240_000,
}, async () => {
  await writeTemplates(list('shop').slice(0, 40))
  await expect
    .poll(stack.output, patience)
    .toMatch(/templates\.json cannot be read: .*; the last good list stays in use until it is fixed/)
  expect(await send('shop', 'while-half-written')).toMatchObject({ state: 'accepted' })

  await rm(join(project, 'templates.json'))
  await expect.poll(stack.output, patience).toContain('ENOENT')
  expect(await send('shop', 'while-away')).toMatchObject({ state: 'accepted' })

  await writeTemplates(list('bookshop'))
  await expect.poll(stack.output, patience).toMatch(/templates\.json: added bookshop/)
  let tries = 0
  // The functions are built in the seconds after.
  await expect.poll(() => send('bookshop', `mended-${tries++}`), patience).toMatchObject({ state: 'accepted' })
  expect(stack.output()).not.toContain('Cannot find module')
})
