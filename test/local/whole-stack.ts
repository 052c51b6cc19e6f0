/** The whole local stack on ports of its own: the people of its WeChat, its API and its functions. */

import * as v from 'valibot'
import { expect } from 'vitest'

import { type Environment, readSettings, type Settings } from '../../local/environment.ts'
import { callJson, type JsonCall } from '../../local/http-json.ts'
import { pickFreePorts } from '../../local/ports.ts'
import { openStack } from '../../local/stack.ts'
import { patience } from '../patience.ts'

export type Who = {
  readonly id: number
  readonly openid: string
  readonly miniOpenid: string
  readonly unionid?: string | undefined
}
export type WholeStack = Awaited<ReturnType<typeof openWholeStack>>

const personAnswer = v.object({
  id: v.number(),
  openid: v.string(),
  miniOpenid: v.string(),
  unionid: v.optional(v.string()),
})
const callsAnswer = v.object({ counts: v.object({ official: v.record(v.string(), v.number()) }) })

export const signal = () => AbortSignal.timeout(patience.timeout)

/** Opens it; `env` is what the functions start from, `more` are settings unlike the usual ones. */
export async function openWholeStack(env: Environment = process.env, more: Partial<Settings> = {}) {
  const settings = { ...readSettings({}), ports: await pickFreePorts('127.0.0.1'), ...more }
  const lines: string[] = []
  const note = (line: string) => void lines.push(line)
  const stack = await openStack({ settings, env, onFunctionLine: note, report: note })
  /** All that the functions have answered. */
  const answers: string[] = []

  async function box(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> {
    const answer = await callJson(method, `${stack.addresses.wechat}/_box${path}`, { signal: signal(), body })
    if (answer.status !== 200) throw new Error(answer.told)
    return answer.body
  }
  /** A POST where there is a body. */
  async function call(path: string, how: Omit<JsonCall, 'signal'> = {}) {
    const method = how.body === undefined ? 'GET' : 'POST'
    const answer = await callJson(method, `${stack.addresses.api}${path}`, { signal: signal(), ...how })
    answers.push(JSON.stringify(answer.body))
    return answer
  }
  const api = async (path: string, how: Omit<JsonCall, 'signal'> = {}) => (await call(path, how)).body
  const reach = (query: string) => api(`/reach?${query}`)
  const person = async (more: object = {}): Promise<Who> => v.parse(personAnswer, await box('/people', more))
  const follow = (who: Who) => box(`/people/${who.id}/follow`, {})

  return {
    ...stack,
    settings,
    lines,
    answers,
    box,
    call,
    api,
    reach,
    person,
    follow,
    /** Somebody who follows, and whose link says so. */
    async follower(): Promise<Who> {
      const who = await person()
      await follow(who)
      await eventually(() => reach(`openid=${who.openid}`), { reach: 'reachable' })
      return who
    },
    delivery: (id: string) => api(`/deliveries/${encodeURIComponent(id)}`),
    /** How often each path of the Official Account was called. */
    calls: async () => v.parse(callsAnswer, await box('/calls')).counts.official,
    /** Invokes a function by its name; answers what it answered. */
    async invoke(name: string, body: object): Promise<unknown> {
      const url = `${stack.addresses.invoke}/2015-03-31/functions/queqiao-local-${name}/invocations`
      const answer = await callJson('POST', url, { signal: signal(), body })
      answers.push(JSON.stringify(answer.body))
      return answer.body
    },
  }
}

/** Asks again until the answer fits; what it was last is told when it never does. */
export async function eventually(
  ask: () => Promise<unknown>,
  wanted: unknown,
  timeout = patience.timeout,
): Promise<void> {
  await expect.poll(ask, { timeout, interval: 100 }).toEqual(wanted)
}
