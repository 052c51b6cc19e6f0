/** Customer-service messages to people who did something lately (docs/wechat.md 9.14). */
import type { App } from '../app.ts'
import { field, textField } from '../json.ts'
import type { MessageContent } from '../message-content.ts'
import { readCustomContent } from './custom-content.ts'
import type { AnyEndpoint, Call, Outcome, Refusal } from './endpoint.ts'

const done = { json: JSON.stringify({ errcode: 0, errmsg: 'ok' }) }
const anyApp = { auth: 'token', of: 'any', method: 'POST' } as const

/** POST /cgi-bin/message/custom/send. Nobody writes to a mini program here, so that its messages are always late. */
export const customSend = {
  ...anyApp,
  answer: (call, app) => {
    const person = personOf(call, app)
    if (person === undefined) return { errcode: 40003 }
    const content = readCustomContent(call.body, { box: call.box, app })
    return 'errcode' in content ? content : (refuse(app, person) ?? carryOut(call, app, { person, content }))
  },
} satisfies AnyEndpoint

/** POST /cgi-bin/message/custom/typing. */
export const customTyping = {
  ...anyApp,
  answer: (call, app) => {
    const person = personOf(call, app)
    if (person === undefined) return { errcode: 40003 }
    const command = textField(call.body, 'command')
    if (command !== 'Typing' && command !== 'CancelTyping') return { errcode: 45072 }
    const shown = app.contacts.type(person, command === 'Typing')
    if (shown === 'already') return { errcode: 45081 }
    return shown === 'late' ? { errcode: 45080 } : done
  },
} satisfies AnyEndpoint

function personOf({ body }: Call, { kind, ids }: App): number | undefined {
  const openid = textField(body, 'touser')
  return kind === 'mini' ? ids.byOpenid(openid) : ids.everByOpenid(openid)
}

/** Somebody who left is refused as too late, as the code's text says. */
function refuse(app: App, person: number): Refusal | undefined {
  if (app.kind === 'official' && !app.followers.isFollowing(person)) return { errcode: 45015 }
  const spent = app.contacts.spend(person)
  if (spent === 'late') return { errcode: 45015 }
  return spent === 'many' ? { errcode: 45047 } : undefined
}

type Sent = { person: number; content: MessageContent }

function carryOut({ box, body }: Call, app: App, { person, content }: Sent): Outcome {
  const kfAccount = textField(field(body, 'customservice'), 'kf_account')
  const about = { app: app.name, person, openid: app.ids.openid(person), at: box.clock.now() }
  const shown = { type: textField(body, 'msgtype'), ...content, ...(kfAccount !== '' && { kfAccount }) }
  box.chats.add({ ...about, from: 'account', by: 'customer-service', ...shown })
  return done
}
