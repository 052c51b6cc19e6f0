import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import type { BoxState } from '../wechat/box-state.ts'
import { blockings } from '../wechat/marks.ts'

const person = v.pipe(v.number(), v.integer(), v.minValue(0))
const bytes = v.pipe(v.string(), v.base64())
const token = v.object({
  kind: v.picklist(['plain', 'stable']),
  text: v.string(),
  number: v.optional(v.number(), 0),
  issuedAt: v.optional(v.number(), 0),
  expiresAt: v.number(),
  endsAt: v.number(),
})
const followers = v.object({ flags: bytes, since: bytes, end: person, count: person })
const mark = v.object({ blocking: v.picklist(blockings), remark: v.string(), scene: v.exactOptional(v.string()) })
const message = v.object({
  ...{ msgid: v.string(), app: v.string(), person, openid: v.string(), templateId: v.string(), title: v.string() },
  data: v.record(v.string(), v.string()),
  url: v.exactOptional(v.string()),
  miniprogram: v.exactOptional(v.object({ appid: v.string(), pagepath: v.exactOptional(v.string()) })),
  clientMsgId: v.exactOptional(v.string()),
  at: v.number(),
})
const counter = v.object({ day: v.number(), minute: v.number(), usedToday: v.number(), usedThisMinute: v.number() })
const limit = v.object({ day: v.exactOptional(v.number()), minute: v.exactOptional(v.number()) })

const stateSchema = v.object({
  clock: v.number(),
  people: v.object({ size: person, ever: person, bound: bytes }),
  profiles: v.array(v.tuple([person, v.object({ name: v.exactOptional(v.string()), highRisk: v.boolean() })])),
  messages: v.object({
    log: v.array(message),
    delivered: v.number(),
    sent: v.array(v.tuple([v.string(), v.object({ msgid: v.string(), at: v.number() })])),
  }),
  quota: v.object({
    counters: v.array(v.tuple([v.string(), counter])),
    limits: v.array(v.tuple([v.string(), limit])),
  }),
  apps: v.array(
    v.object({
      appid: v.string(),
      tokens: v.object({
        issued: v.array(token),
        plain: v.exactOptional(v.string()),
        stable: v.exactOptional(v.string()),
      }),
      followers: v.exactOptional(followers),
      marks: v.exactOptional(v.array(v.tuple([person, mark]))),
    }),
  ),
})

const everyMs = 1000

/** Reads what the box of an earlier start remembered; undefined if there was none; throws if it is damaged. */
export function readBoxState(folder: string): BoxState | undefined {
  const file = fileIn(folder)
  return existsSync(file) ? v.parse(stateSchema, JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** Writes down every second, if anything is new, what the box remembers, and once more at the end. */
export function keepBoxState(folder: string, state: () => BoxState) {
  const file = fileIn(folder)
  let written = ''
  const write = () => {
    const text = JSON.stringify(state())
    if (text === written) return
    // A write that was cut short leaves the file of before.
    writeFileSync(`${file}.new`, text, { mode: 0o600 })
    renameSync(`${file}.new`, file)
    written = text
  }
  const timer = setInterval(write, everyMs)
  return {
    close() {
      clearInterval(timer)
      write()
    },
  }
}

function fileIn(folder: string): string {
  return join(folder, 'wechat.json')
}
