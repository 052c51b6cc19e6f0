/** What the deployed stage does besides the story: it refuses who does not sign, syncs the followers, and is well. */

import * as v from 'valibot'

import { callJson } from '../../local/http-json.ts'
import type { WeChatControl } from '../../local/wechat-control.ts'
import { accountConcurrency, type Ministack } from './ministack.ts'
import { type Commands, mustSucceed } from './stage.ts'
import { type Trials, untilReachable } from './trials.ts'

export type World = {
  readonly api: string
  readonly wechat: string
  readonly control: WeChatControl
  readonly ministack: Ministack
  readonly commands: Commands
  readonly trials: Trials
  readonly sign: (url: string) => Record<string, string>
  /** Asks what the stage gives out an address of. */
  readonly reach: typeof fetch
}

const crowd = 250
const person = v.object({ openid: v.string() })
const added = v.object({ first: v.number() })
export const report = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    isWell: v.boolean(),
    checks: v.array(v.object({ name: v.string(), status: v.string(), words: v.string() })),
  }),
)

export async function playChecks(world: World): Promise<void> {
  const { api, trials, commands } = world
  await trials.play('Who does not sign learns nothing', '未签名的请求被拒绝', async ({ signal }) => {
    for (const path of ['/deliveries/x', '/reach?openid=x']) {
      const { status, told } = await callJson('GET', `${api}${path}`, { signal })
      if (status !== 403) throw new Error(told)
    }
    return { result: undefined, told: '403 from /deliveries and /reach' }
  })
  const openid = await trials.play(
    `${crowd} people follow, and no event tells of it`,
    '静默关注',
    async ({ signal }) => {
      const body = { count: crowd, following: true }
      const { first } = v.parse(added, (await callJson('POST', `${world.wechat}/_box/people`, { body, signal })).body)
      const last = await callJson('GET', `${world.wechat}/_box/people/${first + crowd - 1}`, { signal })
      return { result: v.parse(person, last.body).openid, told: `people ${first} to ${first + crowd - 1}` }
    },
  )
  await trials.tool('./queqiao sync sync runs through the followers', '同步关注者', () => commands.tool('sync'))
  await trials.play('The last of them can be reached', '最后一位可触达', async context => {
    await untilReachable({ ...world, openid }, context)
    return { result: undefined, told: `GET ${api}/reach?openid=${openid}` }
  })
  await playDoctor(world)
}

/** The doctor, green. */
export async function playDoctor({ trials, commands }: World): Promise<void> {
  await trials.play('./queqiao doctor finds nothing wrong', '诊断', async () => {
    const { isWell, checks } = v.parse(report, await mustSucceed(commands.tool('doctor', ['--json'])))
    if (!isWell) throw new Error(JSON.stringify(checks))
    const concurrency = checks.find(it => it.name === 'concurrency')
    const words = `the account lets ${accountConcurrency} functions run at once, and the queues alone may use 30`
    if (concurrency?.status !== 'ok' || concurrency.words !== words) throw new Error(JSON.stringify(concurrency))
    const unchecked = checks.filter(it => it.status !== 'ok').map(it => `${it.name} ${it.status}`)
    return { result: undefined, told: `${checks.length} checks, ok but for: ${unchecked.join(', ') || 'none'}` }
  })
}
