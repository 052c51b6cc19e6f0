/** Appsecrets that are not set, on the whole local stack: who asks is told, events wait, and go once the secrets are there. */

import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { readSettings } from '../../local/environment.ts'
import { report } from '../../local/stage/doctor-report.ts'
import { readLocalTemplates } from '../../local/templates.ts'
import { createTerminal } from '../../local/terminal/terminal.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { openWeChat } from '../../local/wechat/server.ts'
import { localAws } from '../opened.ts'
import { event, openSendingStack, type SendingStack } from './sending-stack.ts'
import { eventually } from './whole-stack.ts'

const { official, mini } = defaultAccounts
/** What waits for an operator is tried again after 150 to 300 s; the function was idle, and reads its secrets anew. */
const oneTry = 400_000
/** As the sender pushes an event again that it has put off once. */
const putOffOnce = () => ({ attempts: { DataType: 'String', StringValue: '1' } })

let wechat: Awaited<ReturnType<typeof openWeChat>>
let stack: SendingStack

beforeAll(async () => {
  // A box beside the stack, for the stack's own would have no appsecret either.
  const settings = readSettings({})
  wechat = await openWeChat({ templates: Object.values(readLocalTemplates(settings.wechat.apps.officials)) })
  const without = { ...settings.wechat, appsecrets: {} }
  stack = await openSendingStack(process.env, { wechatApiUrl: wechat.url, wechat: without })
}, 120_000)

afterAll(async () => {
  await stack?.close()
  await wechat.close()
})

async function logIn(person: number) {
  const { code } = v.parse(v.object({ code: v.string() }), await stack.box(`/people/${person}/login`, {}))
  return stack.call('/login', { body: { code } })
}

/** What the doctor says of the secrets. */
async function secretsByDoctor() {
  return v.parse(report, await stack.invoke('doctor', {})).checks.find(it => it.name === 'secrets')
}

/** What the terminal of npm start shows of it. */
function shown(): string {
  const told: string[] = []
  const terminal = createTerminal({ write: line => told.push(line), paint: (_, text) => text, reader: 'people' })
  terminal.follow()
  for (const it of stack.lines) terminal.add(it)
  terminal.close()
  return told.join('\n')
}

async function setSecrets(secrets: Readonly<Record<string, string>>): Promise<void> {
  const ssm = new SSMClient({ endpoint: stack.addresses.ssm, ...localAws })
  for (const [name, Value] of Object.entries(secrets)) {
    await ssm.send(new PutParameterCommand({ Name: `/queqiao/local/${name}`, Value, Type: 'SecureString' }))
  }
  ssm.destroy()
}

it('without appsecrets a login is told so, an event waits for an operator, and goes once they are set', {
  timeout: 600_000,
}, async () => {
  const who = await stack.person('silently')
  await stack.push([event('waits', who.openid)], putOffOnce)

  const login = await logIn(who.id)
  expect(login).toMatchObject({ status: 500, body: { code: 'internal', detail: expect.stringContaining('its log') } })
  await eventually(() => stack.stateOf('waits'), 'waiting')
  expect(await stack.delivery('waits')).toMatchObject({
    reason: expect.stringMatching(
      /^an operator must act: config: .*official-appsecret of the Official Account official .* is not set$/,
    ),
    nextTryAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  })
  expect(shown()).toContain('the secret /queqiao/local/mini-appsecret of the mini program mini')
  expect(shown()).toContain('the secret /queqiao/local/official-appsecret of the Official Account official')
  expect(await secretsByDoctor()).toMatchObject({
    status: 'wrong',
    words: 'official-appsecret is not set; mini-appsecret is not set',
    hint: 'set it in .env, and start the stack again',
  })

  await setSecrets({ 'official-appsecret': official.appsecret, 'mini-appsecret': mini.appsecret })
  await eventually(() => stack.phone(who), ['waits'], oneTry)
  expect(await logIn(who.id)).toMatchObject({ status: 200 })
})
