/** Steps of this test, said shortly. */

import { setTimeout as delay } from 'node:timers/promises'

import * as v from 'valibot'

import { callJson } from '../../local/http-json.ts'
import type { StepContext, Steps } from '../../local/steps.ts'
import type { Ended } from './process.ts'
import { type Commands, lastLine, mustSucceed } from './stage.ts'

type Outcome<T> = { readonly result: T; readonly told: string }

export type Trials = {
  play<T>(title: string, titleZh: string, work: (context: StepContext) => Promise<Outcome<T>>): Promise<T>
  /** Runs a tool, which must succeed; tells its last line. */
  tool(title: string, titleZh: string, work: () => Promise<Ended>): Promise<string>
  /** `app` is the default Official Account if absent. */
  readCallbackKeys(commands: Commands, app?: string): Promise<{ callbackToken: string; callbackAesKey: string }>
}

const limitMs = 480_000
const everyMs = 250

export function createTrials(steps: Steps): Trials {
  const play: Trials['play'] = (title, titleZh, work) =>
    steps.play({ title, titleZh, address: 'ministack', expected: 'success', limitMs }, work)
  return {
    play,
    tool: (title, titleZh, work) =>
      play(title, titleZh, async () => {
        const result = await mustSucceed(work())
        return { result, told: lastLine(result) }
      }),
    /** As a person reads them off the screen. */
    async readCallbackKeys(commands, app = 'official') {
      const shown = await mustSucceed(commands.tool('secrets', ['--app', app, '--show']))
      const [, callbackToken] = /Token \(令牌\): (\S+)/.exec(shown) ?? []
      const [, callbackAesKey] = /EncodingAESKey \(消息加解密密钥\): (\S+)/.exec(shown) ?? []
      if (callbackToken === undefined || callbackAesKey === undefined) throw new Error(`nothing to paste in:\n${shown}`)
      return { callbackToken, callbackAesKey }
    },
  }
}

const reach = v.object({ reach: v.string() })

type Asked = {
  readonly api: string
  readonly openid: string
  /** The default Official Account if absent. */
  readonly official?: string
  readonly sign: (url: string) => Record<string, string>
}

/** Asks as a business system until the person is reachable. */
export async function untilReachable(
  { api, openid, official, sign }: Asked,
  { signal, saw }: StepContext,
): Promise<void> {
  const url = `${api}/reach?openid=${openid}${official === undefined ? '' : `&official=${official}`}`
  for (;;) {
    const answer = await callJson('GET', url, { signal, headers: sign(url) })
    saw(answer.told)
    if (v.is(reach, answer.body) && answer.body.reach === 'reachable') return
    await delay(everyMs, undefined, { signal })
  }
}
