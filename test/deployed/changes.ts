/** What a stage lives through: deployments without a change, with one, and one that fails; the rotation of a secret. */

import { isDeepStrictEqual } from 'node:util'

import * as v from 'valibot'

import { callJson } from '../../local/http-json.ts'
import { idsIn } from './aws.ts'
import { playDoctor, report, type World } from './checks.ts'
import { playRollback } from './rollback.ts'
import { stack } from './stage.ts'
import { untilReachable } from './trials.ts'

export async function playChanges(world: World): Promise<void> {
  await playDeployment(world, 'A second deployment, without a change', '再次部署', {})
  // Before the next: an update ends every container, and with it what it remembers.
  await playRotation(world)
  await playDeployment(world, 'A deployment with a change: sessions last an hour', '变更部署', {
    SESSION_SECONDS: '3600',
  })
  // Before the next: what failed is in the list of deployments too.
  await playRollback(world)
  await playFailure(world)
}

type Changes = Readonly<Record<string, string>>

async function playDeployment(world: World, title: string, titleZh: string, changes: Changes): Promise<void> {
  const { ministack, commands, trials } = world
  await trials.play(title, titleZh, async () => {
    const before = await idsIn(world.ministack.aws, stack)
    const output = await commands.sls('deploy', changes)
    const after = await idsIn(world.ministack.aws, stack)
    const replaced = Object.keys(before).filter(it => before[it] !== after[it])
    if (!isDeepStrictEqual(before, after)) throw new Error(`replaced: ${replaced.join(', ')}`)
    const said = /No changes to deploy/.test(output) ? 'no changes to deploy' : 'updated'
    return { result: ministack, told: `${said}; ${Object.keys(after).length} resources, and none was replaced` }
  })
}

/** A zone id with a typing error: all else is made or changed already when the record cannot be made. */
export const failing = { DOMAIN: 'api.example.com', HOSTED_ZONE_ID: 'Z0NONE0SUCH' }

async function playFailure(world: World): Promise<void> {
  const { commands, trials } = world
  await trials.play('A deployment that fails is undone', '部署失败自动回滚', async ({ signal }) => {
    const before = await idsIn(world.ministack.aws, stack)
    const changes = { FILES: 'cloudfront', SESSION_SECONDS: '7200', ...failing }
    const { code, output } = await commands.tryDeploy(changes)
    const [why] = output.match(/.*DomainRecord.*/) ?? []
    if (code === 0 || why === undefined) throw new Error(`it should have failed for its zone:\n${output}`)
    const after = await idsIn(world.ministack.aws, stack)
    if (!isDeepStrictEqual(before, after)) throw new Error(`changed: ${JSON.stringify({ before, after })}`)
    const lasts = await sessionSeconds(world, signal)
    if (lasts !== 3600) throw new Error(`the functions have kept SESSION_SECONDS of what failed: ${lasts}`)
    return { result: undefined, told: `${why.trim()}; nothing has changed, sessions last ${lasts} s as before` }
  })
  await playDoctor(world)
}

/** As a login tells it. */
async function sessionSeconds({ api, control }: World, signal: AbortSignal): Promise<number> {
  const code = await control.login(await control.addPerson('小星', signal), signal)
  return v.parse(session, (await callJson('POST', `${api}/login`, { body: { code }, signal })).body).expiresIn
}

const session = v.object({ expiresIn: v.number() })

/** A function keeps a secret for five minutes; the containers that know the old one are ended, as time would end them. */
async function playRotation(world: World): Promise<void> {
  const { api, commands, trials, control, ministack } = world
  await trials.tool('The callback’s token is rotated, without a deployment', '更换令牌', () =>
    commands.tool('secrets', ['--rotate', 'callback-token']),
  )
  await trials.play('The doctor says that the callback goes by the old one for five minutes', '诊断', async () => {
    const { code, output } = await commands.tool('doctor', ['--json'])
    const callback = v.parse(report, output).checks.find(it => it.name === 'callback')
    if (code !== 1 || callback?.status !== 'wrong') throw new Error(output)
    return { result: undefined, told: callback.words }
  })
  await trials.play('A new container takes the new one, and WeChat’s events with it', '新容器生效', async context => {
    const count = await ministack.endContainers(`${stack}-callback`)
    await control.pushTo(`${api}/callback`, await trials.readCallbackKeys(commands), context.signal)
    const person = await control.addPerson('小桥', context.signal)
    await control.follow(person, context.signal)
    await untilReachable({ ...world, openid: person.openid }, context)
    return { result: undefined, told: `${count} ended; the next follower is reachable` }
  })
  await playDoctor(world)
}
