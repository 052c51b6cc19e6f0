/** Calls of several templates that begin and end in any order, against what the breaker promises of each moment. */

import { setImmediate } from 'node:timers/promises'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { silentMetrics as metrics } from '../../kit/silent.ts'
import { TransportError, WeChatError } from '../../lib/errors.ts'
import { createBreaker } from '../../lib/wechat/breaker.ts'

const api = 'template/send'
const outcomes = {
  ok: undefined,
  banned: new WeChatError(api, 43116, 'This template_id is banned'),
  hangs: new TransportError(api, 'timeout', 'no answer'),
  frequent: new WeChatError(api, 43117, 'too frequently'),
  'not-allowed': new WeChatError(api, 40164, 'invalid ip'),
  away: new TransportError(api, 'connect', 'no connection'),
}
type Outcome = keyof typeof outcomes
const ofEverybody: readonly Outcome[] = ['not-allowed', 'away']
const all: readonly Outcome[] = ['ok', 'banned', 'hangs', 'frequent', ...ofEverybody]
const longestPauseMs = 300_000

type Call = {
  readonly part: string
  /** The open circuits that it tries. */
  readonly probes: readonly string[]
  /** Whether it left before the pause of one of them was over. */
  readonly isEarly: boolean
  readonly end: (outcome: Outcome) => Promise<void>
}

/** A breaker whose circuits are seen by what it tells: which are open, and until when (ms). */
function openScene() {
  let now = 0
  const until = new Map<string, number>()
  const told = (event: string, fields: object = {}) => {
    const name = 'api' in fields ? `${fields.api}` : ''
    if (event === 'breaker.closed') until.delete(name)
    else if ('pauseSeconds' in fields) until.set(name, now + Number(fields.pauseSeconds) * 1000)
  }
  const log = { app: 'official', debug: told, info: told, warn: told, error: told }
  const breaker = createBreaker({ now: () => now, log, metrics })
  const running: Call[] = []

  const letGo = (part: string, answer: PromiseWithResolvers<void>, done: () => Promise<unknown>): Call => {
    const probes = [api, `${api} ${part}`].filter(it => until.has(it))
    const call: Call = {
      part,
      probes,
      isEarly: probes.some(it => now < (until.get(it) ?? 0)),
      async end(outcome) {
        running.splice(running.indexOf(call), 1)
        const error = outcomes[outcome]
        if (error === undefined) answer.resolve()
        else answer.reject(error)
        await done()
        // Those who waited for it leave now.
        await setImmediate()
      },
    }
    running.push(call)
    return call
  }

  /** Begins a call; answers it if it was let go at once. */
  const begin = (part: string): Call | undefined => {
    const answer = Promise.withResolvers<void>()
    let call: Call | undefined
    const leave = () => {
      call = letGo(part, answer, () => done)
      return answer.promise
    }
    const done = breaker.run(api, leave, part).catch(() => undefined)
    return call
  }
  return {
    begin,
    running,
    until,
    now: () => now,
    tick: (ms: number) => {
      now += ms
    },
    endAll: async (outcome: Outcome) => {
      for (let [it] = running; it !== undefined; [it] = running) await it.end(outcome)
    },
  }
}
type Scene = ReturnType<typeof openScene>

/** Next to calls that overlap: as many in a row as open a circuit, and the wait until a pause ends, or else nothing opens. */
const step = (parts: readonly string[], ends: readonly Outcome[]) =>
  fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), part: fc.constantFrom(...parts) }),
    fc.record({ kind: fc.constant('end' as const), which: fc.nat(9), outcome: fc.constantFrom(...ends) }),
    fc.record({
      kind: fc.constant('row' as const),
      part: fc.constantFrom(...parts),
      outcome: fc.constantFrom(...ends),
    }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 0, 0, 1_000, 40_000) }),
  )
type Step = ReturnType<typeof step> extends fc.Arbitrary<infer T> ? T : never

/** Plays a step; answers the call that it let go and left under way. */
async function play(scene: Scene, it: Step): Promise<Call | undefined> {
  switch (it.kind) {
    case 'begin':
      return scene.begin(it.part)
    case 'end':
      await scene.running[it.which % Math.max(1, scene.running.length)]?.end(it.outcome)
      return undefined
    case 'row':
      for (let times = 0; times < 5; times++) await scene.begin(it.part)?.end(it.outcome)
      return undefined
    case 'wait':
      scene.tick(Math.max(0, Math.min(...scene.until.values(), scene.now() + 60_000) - scene.now()) + it.ms)
      return undefined
  }
}

const holds = async (property: fc.IAsyncProperty<[Step[]]>) =>
  expect(fc.assert(property, { numRuns: 500 })).resolves.toBeUndefined()

describe('the breaker, whatever the order', () => {
  it('lets one call at a time probe an open circuit, and only after its pause', async () => {
    await holds(
      fc.asyncProperty(fc.array(step(['a', 'b', 'c'], all), { maxLength: 60 }), async steps => {
        const scene = openScene()
        for (const it of steps) {
          await play(scene, it)
          expect(scene.running.filter(call => call.isEarly)).toEqual([])
          const probed = scene.running.flatMap(call => call.probes)
          expect(probed.length).toBe(new Set(probed).size)
        }
        await scene.endAll('ok')
      }),
    )
  })

  it('never keeps a template for the trouble of another', async () => {
    const ownTrouble = ['banned', 'hangs', 'frequent', 'ok'] as const
    await holds(
      fc.asyncProperty(fc.array(step(['in trouble'], ownTrouble), { maxLength: 60 }), async steps => {
        const scene = openScene()
        for (const it of steps) {
          await play(scene, it)
          const other = scene.begin('well')
          expect(other).toBeDefined()
          await other?.end('ok')
        }
        await scene.endAll('hangs')
      }),
    )
  })

  // A template of 300 s of its own kept the others out for 310 s after one 40164 of a moment, for its withheld calls
  // counted as refusals of the account.
  it('lets everybody else go one pause after the trouble of everybody, whatever one template goes on with', async () => {
    await holds(
      fc.asyncProperty(fc.array(step(['in trouble'], all), { maxLength: 60 }), async steps => {
        const scene = openScene()
        for (const it of steps) await play(scene, it)
        await scene.endAll('hangs')
        const pauseMs = Math.max(0, (scene.until.get(api) ?? 0) - scene.now())
        for (let ms = 0; ms < pauseMs; ms += 1000) {
          scene.tick(Math.min(1000, pauseMs - ms))
          await scene.begin('in trouble')?.end('banned')
        }
        const other = scene.begin('well')
        expect(other).toBeDefined()
        await other?.end('ok')
      }),
    )
  })

  it('closes every circuit within one pause after WeChat is well again', async () => {
    const parts = ['a', 'b', 'c']
    await holds(
      fc.asyncProperty(fc.array(step(parts, all), { maxLength: 60 }), async steps => {
        const scene = openScene()
        for (const it of steps) await play(scene, it)
        await scene.endAll('ok')
        scene.tick(longestPauseMs)
        for (const part of parts) await scene.begin(part)?.end('ok')
        expect([...scene.until.keys()]).toEqual([])
      }),
    )
  })
})
