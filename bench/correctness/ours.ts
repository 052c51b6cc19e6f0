/** Ours: the whole sender over its stores in memory, fed by a queue; and the login. What it logs is what it shows of errors. */

import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { inspect } from 'node:util'

import { boxApps, openApp } from '../../kit/app.ts'
import {
  memoryAttempts,
  memoryDeliveries,
  memoryGate,
  memoryLinking,
  memoryLinks,
  memoryLogins,
  memoryTokens,
} from '../../kit/memory-stores.ts'
import { silentMetrics } from '../../kit/silent.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { isId } from '../../lib/identifiers.ts'
import { type LoginDeps, logIn } from '../../lib/login/login.ts'
import { metricsOf } from '../../lib/of-app.ts'
import type { Log } from '../../lib/ports.ts'
import type { StageDeps } from '../../lib/send/deps.ts'
import type { QueuedEvent } from '../../lib/send/ports.ts'
import { sendBatch } from '../../lib/send/send.ts'
import type { Received } from '../../lib/send/stages.ts'
import templates from '../../templates.json' with { type: 'json' }
import type { Told } from '../peers/process.ts'
import type { Person, Stage } from './stage.ts'
import { data, type Subject } from './subject.ts'

const [official] = boxApps.officials
const [mini] = boxApps.minis
const endless = { until: Number.POSITIVE_INFINITY }

type Opened = Awaited<ReturnType<typeof openSender>>

export function createOurs(): Subject {
  let opened: Opened
  return {
    name: 'ours',
    async open(stage) {
      opened = await openSender(stage)
    },
    send: people => opened.run(people, 1),
    deliver: people => opened.run(people, 20),
    login: code => opened.login(code),
  }
}

/** A sender that has just begun, which knows who follows. */
async function openSender(stage: Stage) {
  const { now } = stage
  const lines: unknown[] = []
  const log = logInto(lines)
  const queue = createQueue()
  const links = memoryLinks()
  for (const it of stage.people) await link(links, it, now)
  const transport = createTransport({ baseUrl: new URL(stage.url), timeoutMs: 6_000 })
  const open = (name: 'official' | 'mini') =>
    openApp({ name, transport, tokens: memoryTokens(), now, sleep: () => turn(), log, metrics: silentMetrics })
  const { wechat, accessTokens } = open('official')
  const account = {
    ...{ app: official, wechat, accessTokens, gate: memoryGate(), linking: memoryLinking(now) },
    ...{
      templates: { 'order-paid': templates.local['order-paid'] },
      trouble: new Set<string>(),
      minute: { minute: 0, accepted: 0 },
    },
    metrics: metricsOf(official, silentMetrics),
  }
  const deliveries = memoryDeliveries(now)
  const deps: StageDeps = {
    ...{ accounts: [account], minis: boxApps.minis, links, deliveries, attempts: memoryAttempts(now) },
    ...{ backlog: { isEmpty: async () => true }, followers: { push: async () => undefined }, events: queue.events },
    ...{ now, random: () => 0.5, log, metrics: silentMetrics },
  }
  const logins = loginsOver({ stage, links, log, wechat: open('mini').wechat })

  /** Sends to each, and gives again what the sender hands back or pushes anew, so often at most. */
  const run = async (people: readonly Person[], times: number): Promise<readonly Told[]> => {
    const ids = people.map(() => randomUUID())
    let batch = people.map((it, at) => arrivalOf(bodyOf(ids[at] ?? '', it), now()))
    for (let left = times; left > 0 && batch.length > 0; left--) {
      const failed = await sendBatch(batch, deps, endless)
      batch = [...failed.map(again), ...queue.take().map(it => arrivalOf(it.body, it.since, it))]
      stage.tick(queue.waited() * 1000)
    }
    const found = await Promise.all(ids.map(deliveries.find))
    return found.map(it => toldOf(it?.state === 'accepted' ? it.msgid : undefined, it?.state ?? 'none', lines))
  }
  return { run, login: (code: string) => login(code, logins, lines) }
}

function loginsOver({
  stage,
  links,
  log,
  wechat,
}: Pick<LoginDeps, 'links' | 'log'> & { stage: Stage; wechat: LoginDeps['minis'][0]['wechat'] }): LoginDeps {
  const sessions = { lifeSeconds: 3_600, sign: async (claims: object, at: number) => JSON.stringify({ claims, at }) }
  return {
    minis: [{ app: mini, wechat }],
    logins: memoryLogins(),
    links,
    sessions,
    now: stage.now,
    sleep: () => turn(),
    log,
  }
}

async function login(code: string, deps: LoginDeps, lines: unknown[]): Promise<Told> {
  try {
    return { answer: JSON.stringify(await logIn({ code }, deps)) }
  } catch (error) {
    return thrown(error, lines)
  }
}

function toldOf(msgid: string | undefined, state: string, lines: unknown[]): Told {
  return msgid === undefined ? thrown(new Error(state), lines) : { errcode: '0', msgid }
}

/** All that anybody sees of it: the error, and every line that was logged. */
function thrown(error: unknown, lines: unknown[]): Told {
  const { message, stack = '' } = error as Error
  return { thrown: { message, stack, properties: inspect([error, lines], { depth: 8, maxArrayLength: 1_000 }) } }
}

function createQueue() {
  let pushed: QueuedEvent[] = []
  let seconds = 0
  const events: StageDeps['events'] = {
    deadLetter: async () => undefined,
    async requeue(all) {
      pushed.push(...all.map(it => it.event))
      seconds = Math.max(seconds, ...all.map(it => it.delaySeconds))
      return new Set()
    },
    holdForQuota: async () => new Set(),
    async retryIn(_handle, after) {
      seconds = Math.max(seconds, after)
    },
  }
  const take = () => {
    const all = pushed
    pushed = []
    return all
  }
  /** How long the last batch asked its messages to wait, in seconds. */
  const waited = () => {
    const asked = seconds
    seconds = 0
    return asked
  }
  return { events, take, waited }
}

function logInto(lines: unknown[]): Log {
  const at = (event: string, fields: object = {}) => void lines.push({ event, fields })
  return { debug: at, info: at, warn: at, error: at }
}

async function link(links: ReturnType<typeof memoryLinks>, person: Person, now: () => number): Promise<void> {
  const { openid, unionid } = person
  if (!isId(openid) || !isId(unionid)) throw new Error('the box made an id that is none')
  const at = Math.floor(now() / 1000)
  await links.of(official.appid).writeFollower({ openid, unionid, following: true, followedAt: at, at }, undefined)
}

function bodyOf(id: string, { unionid }: Person): string {
  return JSON.stringify({ id, to: { unionid }, template: 'order-paid', data })
}

function arrivalOf(body: string, since: number, more: Partial<QueuedEvent> = {}): Received {
  const { attempts = 0 } = more
  return { ...more, body, since, receiptHandle: 'handle', messageId: randomUUID(), receives: 1, attempts: attempts + 1 }
}

function again(one: Received): Received {
  return { ...one, receives: one.receives + 1, attempts: one.attempts + 1 }
}
