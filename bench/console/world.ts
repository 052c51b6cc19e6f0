/** A box and a stage that are full: many people, messages and events, behind the console's own page and API. */

import { boxApps as apps } from '../../kit/app.ts'
import { openControl } from '../../kit/control.ts'
import { memoryDeliveries, memoryLinks } from '../../kit/memory-stores.ts'
import { readTemplateLists } from '../../lib/send/template-list.ts'
import { createConsole, isOfConsole } from '../../local/console-api/api.ts'
import type { ApiDeps } from '../../local/console-api/routes.ts'
import { createHistory } from '../../local/history/history.ts'
import { openPhones } from '../../local/history/phones.ts'
import { openWeChat, type WeChatBox } from '../../local/wechat/server.ts'
import templateFile from '../../templates.json' with { type: 'json' }

/** How full it is; of the messages `chat` are on the latest person's phone. */
export type Size = {
  readonly people: number
  readonly messages: number
  readonly events: number
  readonly chat: number
}
export type World = Awaited<ReturnType<typeof openWorld>>

export const templates = readTemplateLists(templateFile, 'local', apps.officials)
const [official] = apps.officials
const [template] = Object.values(templates.get(official.name) ?? {})
const lookEveryMs = 1000

/** Opens it; the page is at `url`. */
export async function openWorld(size: Size) {
  let box: WeChatBox | undefined
  const history = createHistory({ apps: () => apps })
  const deps = { ...stageInMemory(), history, phones: openPhones(() => box) }
  const opened = createConsole(() => deps, { explain: () => undefined })
  box = await openWeChat({
    templates: template === undefined ? [] : [template],
    state: await stateOf(size),
    beside: { owns: isOfConsole, serve: opened.serve },
  })
  const control = openControl(box.url)
  const { people } = size
  await control('/people', { count: people, following: true })
  for (let at = 0; at < size.events; at += 1) for (const line of linesOf(`order-${at}:paid`)) history.add(line)
  const looking = setInterval(() => void opened.look(), lookEveryMs)
  return {
    url: box.url,
    control,
    history,
    busiest: people - 1,
    async close() {
      clearInterval(looking)
      opened.close()
      await box.close()
    },
  }
}

/** What the sender logs of an event that goes well. */
export function linesOf(id: string): string[] {
  const at = { timestamp: new Date().toISOString(), app: official.name, id }
  const line = (message: string, more: object) =>
    JSON.stringify({ level: 'DEBUG', message: `send.${message}`, ...at, ...more })
  return [
    line('received', { template: 'order-paid', attempts: 1, pushedAt: at.timestamp }),
    line('resolved', { isAsked: false }),
    line('called', { errcode: 0, ms: 12 }),
    line('accepted', { msgid: `${1e18 + Number(id.replace(/\D/g, ''))}` }),
  ]
}

/** Messages of an earlier box; their people are added behind. */
async function stateOf({ people, messages, chat }: Size) {
  const empty = await openWeChat()
  const state = empty.state()
  await empty.close()
  const log = Array.from({ length: messages }, (_, at) =>
    messageOf(at, at < messages - chat ? at % people : people - 1),
  )
  return { ...state, messages: { log, delivered: messages, sent: [] } }
}

function messageOf(at: number, person: number) {
  const data = { character_string1: `2026-${at}`, amount2: '¥88.00', time3: '2026-11-22 09:30' }
  const { templateId = '', title = '' } = template ?? {}
  const about = { msgid: `${4e18 + at}`, app: 'official', person, openid: `o${person}`, clientMsgId: `c${at}` }
  return { ...about, templateId, title, data, at: Date.now() - 86_400_000 + at }
}

function stageInMemory(): ApiDeps {
  const [links, list] = [memoryLinks(), memoryDeliveries(Date.now)]
  const nothing = async () => ({})
  return {
    ...{ stage: 'local', apps, deliveries: list, list, links, upkeep: links, now: Date.now, isWriting: true },
    ...{ events: { push: async () => undefined }, templates: () => templates, values: 'checked' },
    queue: { name: 'queqiao-local-events', region: 'us-east-1' },
    queues: { size: async () => ({ ready: 0, later: 0, inWork: 0 }) },
    letters: { peek: async () => ({ letters: [], isAll: true }), redrive: async () => ({ moved: 0 }) },
    functions: { sync: nothing, quota: nothing, reopen: nothing, doctor: nothing },
  }
}
