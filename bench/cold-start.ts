/** Cold start: each function's bytes, load and first answer, beside its AWS clients alone, an empty function, and peers. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as v from 'valibot'

import { readService } from '../kit/service.ts'
import { startAws } from './aws/start.ts'
import { firstEvents, loginEvent } from './cold-start/first-events.ts'
import { type Measured, measureColdStart } from './cold-start/measure.ts'
import { countRows, timeRows } from './cold-start/rows.ts'
import { environmentOf, ourFunction, startFunction } from './lambda/start.ts'
import { loadNow } from './machine.ts'
import type { How, Part } from './part.ts'
import { startWeChat } from './wechat/start.ts'

const people = 10
const answered = v.object({ body: v.pipe(v.string(), v.parseJson(), v.object({ token: v.string() })) })

export const coldStart: Part = {
  name: 'cold-start',
  title: 'Cold start: bytes, and the time of a fresh process until a function is loaded, and until its first answer.',
  rounds: 15,
  async measure(how) {
    const measured = await measureAll(how)
    const counted = countRows(measured)
    if (how.isShort) return { rows: counted }
    const load = loadNow()
    return { rows: [...counted, ...timeRows(measured).map(it => ({ ...it, load }))] }
  },
}

/** Between a WeChat and an AWS that answer at once. */
async function measureAll({ rounds, tell }: How): Promise<Measured> {
  const [aws, wechat] = [startAws({ latencyMs: 0 }), startWeChat({ most: people, latencyMs: 0 })]
  const urls = { aws: await aws.url(), wechat: await wechat.url() }
  await aws.fill({ kind: 'links', people })
  await aws.fill({ kind: 'deliveries', events: people, listedEvery: 2 })
  await aws.fill({ kind: 'token' })
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-bench-'))
  try {
    const { doors, build: settings, environment } = await readService()
    const env = { ...environment, ...environmentOf(urls) }
    const events = firstEvents(await logIn(urls))
    return await measureColdStart({ doors, settings, folder, env, events, rounds }, tell)
  } finally {
    await Promise.all([rm(folder, { recursive: true, force: true }), aws.stop(), wechat.stop()])
  }
}

/** Answers a session token. */
async function logIn(urls: { aws: string; wechat: string }): Promise<string> {
  const login = await startFunction(ourFunction('login'), urls)
  const { invoked } = await login.invoke([loginEvent()])
  await login.stop()
  return v.parse(answered, invoked[0]?.answer).body.token
}
