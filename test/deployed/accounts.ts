/** A second Official Account and a second mini program, added to the running stage as docs/deploy.md says. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import * as v from 'valibot'

import { callJson } from '../../local/http-json.ts'
import templates from '../../templates.json' with { type: 'json' }
import { appRows, triggerOf } from '../resources/alarm-suite.ts'
import { brand, callBox, first, firstMini, ofBrand, orderPaid, playApart, type Sending, shop } from './apart.ts'
import { idsIn } from './aws.ts'
import { answerEmulator } from './business.ts'
import { playDoctor, type World } from './checks.ts'
import { stack, stage } from './stage.ts'
import { readStageAlarms } from './watched.ts'

const identity = v.object({ appid: v.string(), appsecret: v.string() })

/** Adds them, and shows that each works and that nothing is taken for the other's. Answers the roles that the emulator was told of. */
export async function playAccounts(world: World, sending: Sending & { readonly checkout: string }): Promise<string[]> {
  const roles = await addPair(world, sending)
  // Before the events, one of which ends among the dead letters, where the doctor would find it.
  await playDoctor(world)
  await playDoctorOf(world)
  await playApart(world, sending)
  return roles
}

async function addPair(world: World, { checkout }: { readonly checkout: string }): Promise<string[]> {
  const { trials, commands, ministack } = world
  const added = await trials.play(
    'Another account and mini program go into apps.json and templates.json',
    '增加账号',
    async ({ signal }) => {
      const [account, program] = [await addApp(world, brand, signal), await addApp(world, shop, signal)]
      await callBox(world, '/templates', { app: brand, add: [ofBrand] }, signal)
      await writeLists(world, checkout, { account, program }, signal)
      return { result: { account, program }, told: `${brand} and ${shop}` }
    },
  )
  const secrets = { WECHAT_SECRET_BRAND: added.account.appsecret, WECHAT_SECRET_SHOP: added.program.appsecret }
  for (const app of [brand, shop])
    await trials.tool(`./queqiao secrets --app ${app}`, '写入密钥', () =>
      commands.tool('secrets', ['--app', app], secrets),
    )
  return trials.play('sls deploy takes them in, and replaces nothing', '部署', async ({ signal }) => {
    const before = await idsIn(ministack.aws, stack)
    await commands.sls('deploy', { WECHAT_OFFICIAL_APPID: '', WECHAT_MINI_APPID: '' })
    const result = await answerEmulator(ministack.aws, stack)
    const after = await idsIn(ministack.aws, stack)
    const replaced = Object.keys(before).filter(it => before[it] !== after[it])
    if (replaced.length > 0) throw new Error(`replaced: ${replaced.join(', ')}`)
    const alarms = (await readStageAlarms(ministack.aws)).map(it => [it.name, it.MetricName, triggerOf(it)])
    const missing = appRows([first, brand], [firstMini, shop]).filter(
      ([name, metric, , when]) => !alarms.some(it => isDeepStrictEqual(it, [name, metric, when])),
    )
    if (missing.length > 0) throw new Error(`no alarm: ${missing.map(([name]) => name).join(', ')}`)
    await pasteCallbacks(world, signal)
    return { result, told: `${Object.keys(after).length - Object.keys(before).length} resources more` }
  })
}

async function addApp(world: World, name: string, signal: AbortSignal) {
  const kind = name === brand ? 'official' : 'mini'
  return v.parse(identity, await callBox(world, '/apps', { name, kind }, signal))
}

type Identity = v.InferOutput<typeof identity>
type Added = { readonly account: Identity; readonly program: Identity }

/** As docs/deploy.md has them, with the names that a stage without a list has. */
async function writeLists(world: World, checkout: string, { account, program }: Added, signal: AbortSignal) {
  const { body } = await callJson('GET', `${world.wechat}/_box/apps`, { signal })
  const known = v.parse(v.array(v.object({ name: v.string(), appid: v.string() })), body)
  const appidOf = (name: string) => known.find(it => it.name === name)?.appid
  const apps = {
    [first]: { kind: 'official', appid: appidOf(first), default: true },
    [brand]: { kind: 'official', appid: account.appid },
    [firstMini]: { kind: 'mini', appid: appidOf(firstMini), default: true },
    [shop]: { kind: 'mini', appid: program.appid, follows: brand },
  }
  const lists = { ...templates, [stage]: { 'order-paid': orderPaid, official: { [brand]: { 'order-paid': ofBrand } } } }
  await writeFile(join(checkout, 'apps.json'), JSON.stringify({ [stage]: apps }))
  await writeFile(join(checkout, 'templates.json'), JSON.stringify(lists))
}

async function pasteCallbacks(world: World, signal: AbortSignal): Promise<void> {
  for (const app of [brand, shop]) {
    const keys = await world.trials.readCallbackKeys(world.commands, app)
    await world.control.pushTo(`${world.api}/callback/${app}`, keys, signal, app)
  }
}

async function playDoctorOf({ trials, commands }: World): Promise<void> {
  for (const app of [brand, shop])
    await trials.tool(`./queqiao doctor --app ${app}`, '诊断', () => commands.tool('doctor', ['--app', app]))
  await trials.tool(`./queqiao sync --app ${brand}`, '同步', () => commands.tool('sync', ['--app', brand]))
  await trials.play('A name that no app has is refused before anything is called', '拒绝未知账号', async () => {
    const { code, output } = await commands.tool('doctor', ['--app', 'nobody'])
    if (code === 0 || !output.includes(`${first}, ${brand}`)) throw new Error(output)
    return { result: undefined, told: output.trim().split('\n')[0] ?? '' }
  })
}
