/**
 * POST /cgi-bin/message/template/send: the checks, in an order that is ours (docs/wechat.md 6.1), then acceptance,
 * phone and receipt.
 */
import type { Box } from '../box.ts'
import { field, textField } from '../json.ts'
import type { Earlier, Message } from '../messages.ts'
import { type Template, templateIdLength } from '../templates.ts'
import type { Call, Outcome, Refusal, TokenEndpoint } from './endpoint.ts'
import { readData } from './send-data.ts'
import { isMisshapen, readTarget, type Target } from './send-target.ts'

/** A repeat within it may be refused as a duplicate. */
const tooSoonMs = 60_000

type Draft = {
  box: Box
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
  apps: ['official'],
  shape: body => (typeof field(body, 'data') === 'string' || isMisshapen(body) ? { errcode: 47001 } : undefined),
  answer: call => {
    const draft = readDraft(call)
    if ('errcode' in draft) return draft
    return refuseRecipient(draft) ?? accept(draft)
  },
} satisfies TokenEndpoint

function readDraft({ box, body }: Call): Draft | Refusal {
  const openid = textField(body, 'touser')
  const person = box.people.everByOpenid(openid)
  if (person === undefined) return { errcode: 40003 }
  const template = findTemplate(box, textField(body, 'template_id'))
  if ('errcode' in template) return template
  const target = readTarget(box, body)
  if ('errcode' in target) return target
  const data = readData(field(body, 'data'), template, box.rules.values)
  return 'errcode' in data ? data : { box, body, openid, person, template, target, data: data.values }
}

function findTemplate(box: Box, templateId: string): Template | Refusal {
  if (templateId.length !== templateIdLength) return { errcode: 40036 }
  const template = box.templates.get(templateId)
  if (template === undefined) return { errcode: 40037 }
  return template.banned ? { errcode: 43116 } : template
}

function refuseRecipient({ box, person }: Draft): Refusal | undefined {
  if (!box.people.isFollowing(person)) return { errcode: 43004 }
  const { blocking } = box.profiles.get(person)
  if (blocking === 'blacklist') return { errcode: 43019 }
  if (blocking === 'often') return { errcode: 43117 }
  return blocking === 'refuse' ? { errcode: 43101 } : undefined
}

function accept(draft: Draft): Outcome {
  const { box, openid, body } = draft
  const clientMsgId = textField(body, 'client_msg_id')
  const earlier = clientMsgId === '' ? undefined : box.messages.earlier(openid, clientMsgId)
  const refused = earlier && refuseDuplicate(box, earlier)
  if (refused !== undefined) return refused
  const msgid = earlier?.msgid ?? box.messages.nextMsgid()
  if (earlier === undefined) {
    if (clientMsgId !== '') box.messages.remember(openid, clientMsgId, msgid)
    carryOut(draft, msgid)
  }
  // Written by hand: the number has 64 bits and JSON.stringify would round it.
  return { json: `{"errcode":0,"errmsg":"ok","msgid":${msgid}}` }
}

function refuseDuplicate({ rules, clock }: Box, { msgid, at }: Earlier): Refusal | undefined {
  // The one record of it, of a mass message, has the name with an underscore.
  if (rules.duplicate === 'error') return { errcode: 45065, extra: `"msg_id":${msgid}` }
  const isSoon = clock.now() - at < tooSoonMs
  return rules.duplicate === 'too-soon' && isSoon ? { errcode: 40241 } : undefined
}

function carryOut(draft: Draft, msgid: string): void {
  const { box, person } = draft
  const { blocking } = box.profiles.get(person)
  const message = writeMessage(draft, msgid)
  const failure = blocking === 'receipt' ? 'failed:user block' : 'failed: system failed'
  const delivered = blocking === 'none'
  if (delivered) box.messages.deliver(message)
  const fields = { MsgID: msgid, Status: delivered ? 'success' : failure }
  const receipt = { openid: message.openid, event: 'TEMPLATESENDJOBFINISH', fields }
  box.later(() => box.apps.official.callbacks.emit(receipt), box.settings.receiptDelayMs)
}

function writeMessage({ box, body, openid, person, template, target, data }: Draft, msgid: string): Message {
  const clientMsgId = textField(body, 'client_msg_id')
  return {
    msgid,
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
