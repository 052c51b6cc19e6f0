/**
 * POST /cgi-bin/message/template/send: the checks, in an order that is ours (docs/wechat.md 6.1), then acceptance,
 * phone and receipt.
 */
import type { OfficialAccount } from '../app.ts'
import type { Box } from '../box.ts'
import { field, textField } from '../json.ts'
import type { Message } from '../message.ts'
import type { Earlier } from '../messages.ts'
import { type Template, templateIdLength } from '../templates.ts'
import type { Call, OfficialEndpoint, Outcome, Refusal } from './endpoint.ts'
import { readData } from './send-data.ts'
import { isMisshapen, readTarget, type Target } from './send-target.ts'

/** A repeat within it may be refused as a duplicate. */
const tooSoonMs = 60_000
/** A receipt that is late comes after so long. */
const lateReceiptMs = 60_000

type Draft = {
  box: Box
  account: OfficialAccount
  body: unknown
  openid: string
  person: number
  template: Template
  target: Target
  data: Record<string, string>
}

/** Sends a template message. */
export const send = {
  auth: 'token',
  method: 'POST',
  of: 'official',
  shape: body => (typeof field(body, 'data') === 'string' || isMisshapen(body) ? { errcode: 47001 } : undefined),
  answer: (call, account) => {
    const draft = readDraft(call, account)
    if ('errcode' in draft) return draft
    return refuseRecipient(draft) ?? accept(draft)
  },
} satisfies OfficialEndpoint

function readDraft({ box, body }: Call, account: OfficialAccount): Draft | Refusal {
  const openid = textField(body, 'touser')
  const person = account.ids.everByOpenid(openid)
  if (person === undefined) return { errcode: 40003 }
  const template = findTemplate(account, textField(body, 'template_id'))
  if ('errcode' in template) return template
  const target = readTarget(box, account, body)
  if ('errcode' in target) return target
  const data = readData(field(body, 'data'), template, account.rules.values)
  return 'errcode' in data ? data : { box, account, body, openid, person, template, target, data: data.values }
}

function findTemplate({ templates }: OfficialAccount, templateId: string): Template | Refusal {
  if (templateId.length !== templateIdLength) return { errcode: 40036 }
  const template = templates.get(templateId)
  if (template === undefined) return { errcode: 40037 }
  return template.banned ? { errcode: 43116 } : template
}

function refuseRecipient({ account: { followers, marks }, person }: Draft): Refusal | undefined {
  if (!followers.isFollowing(person)) return { errcode: 43004 }
  const { blocking } = marks.get(person)
  if (blocking === 'blacklist') return { errcode: 43019 }
  if (blocking === 'often') return { errcode: 43117 }
  return blocking === 'refuse' ? { errcode: 43101 } : undefined
}

function accept(draft: Draft): Outcome {
  const { box, account, openid, body } = draft
  const clientMsgId = textField(body, 'client_msg_id')
  const earlier = clientMsgId === '' ? undefined : box.messages.earlier(openid, clientMsgId)
  const refused = earlier && refuseDuplicate(account, earlier, box.clock.now())
  if (refused !== undefined) return refused
  const msgid = earlier?.msgid ?? box.messages.nextMsgid()
  if (earlier === undefined) {
    if (clientMsgId !== '') box.messages.remember(openid, clientMsgId, msgid)
    carryOut(draft, msgid)
  }
  // Written by hand: the number has 64 bits and JSON.stringify would round it.
  return { json: `{"errcode":0,"errmsg":"ok","msgid":${msgid}}` }
}

function refuseDuplicate({ rules }: OfficialAccount, { msgid, at }: Earlier, now: number): Refusal | undefined {
  // The one record of it, of a mass message, has the name with an underscore.
  if (rules.duplicate === 'error') return { errcode: 45065, extra: `"msg_id":${msgid}` }
  const isSoon = now - at < tooSoonMs
  return rules.duplicate === 'too-soon' && isSoon ? { errcode: 40241 } : undefined
}

function carryOut(draft: Draft, msgid: string): void {
  const { box, account, person } = draft
  const { blocking } = account.marks.get(person)
  const message = writeMessage(draft, msgid)
  const failure = blocking === 'receipt' ? 'failed:user block' : 'failed: system failed'
  const delivered = blocking === 'none'
  if (delivered) box.messages.deliver(message)
  const fields = { MsgID: msgid, Status: delivered ? 'success' : failure }
  const receipt = { openid: message.openid, event: 'TEMPLATESENDJOBFINISH', fields }
  const { receipts } = account.rules
  if (receipts === 'lost') return
  const delayMs = receipts === 'late' ? lateReceiptMs : box.settings.receiptDelayMs
  box.later(() => account.callbacks.emit(receipt), delayMs)
}

function writeMessage({ box, account, body, openid, person, template, target, data }: Draft, msgid: string): Message {
  const clientMsgId = textField(body, 'client_msg_id')
  return {
    msgid,
    app: account.name,
    person,
    openid,
    templateId: template.templateId,
    title: template.title,
    data,
    ...target,
    ...(clientMsgId !== '' && { clientMsgId }),
    at: box.clock.now(),
  }
}
