/** What WeChat's console must be told, ready to paste. */

import type { App } from '../../lib/apps.ts'
import { pages } from '../../lib/doctor/pages.ts'
import { secretOf } from '../../lib/secret-names.ts'
import { appArgs } from '../command/apps.ts'
import { commandLine } from '../command/options.ts'
import type { Screen } from '../command/screen.ts'
import type { SecretName } from './names.ts'
import { type Options, spec } from './options.ts'
import type { SecretStore } from './store.ts'

type Circumstances = {
  readonly options: Options
  readonly store: SecretStore
  readonly screen: Screen
  readonly isWatched: boolean
  /** What was there before; the console has it until the new one is pasted. */
  readonly dates: ReadonlyMap<SecretName, number>
}
type Values = ReadonlyMap<SecretName, string>

const kinds = ['callback-token', 'callback-aes-key'] as const
const fields = {
  'callback-token': 'Token (令牌)',
  'callback-aes-key': 'EncodingAESKey (消息加解密密钥)',
} satisfies Record<(typeof kinds)[number], string>

/** Shows both of each app, if one is new or they are asked for; never where a file or a log would keep them, unless told to. */
export async function showForConsole(apps: readonly App[], made: Values, around: Circumstances): Promise<void> {
  const { options, screen, isWatched } = around
  const shown = apps.filter(app => options.isShown || kinds.some(it => made.has(secretOf(app, it))))
  if (shown.length === 0) return
  if (isWatched || options.isShown) for (const app of shown) await showApp(app, made, around)
  else {
    const command = commandLine(spec.verb, options, [...appArgs(options), '--show'])
    screen.line(`  To see what the console needs · 查看需填写的内容: ${command}`)
  }
}

async function showApp(app: App, made: Values, { options, store, screen, dates }: Circumstances): Promise<void> {
  screen.line(`\nTo paste for ${app.name} · 填写到: https://${pages[app.kind].messagePush}`)
  for (const kind of kinds) {
    const name = secretOf(app, kind)
    screen.line(`  ${fields[kind]}: ${made.get(name) ?? (await store.read(name))}`)
  }
  const url = `<API>/callback${app.name === options.apps.officials[0].name ? '' : `/${app.name}`}`
  screen.line(`  URL (服务器地址): ${url}, as the deployment tells it · 部署后得到`)
  screen.line('  消息加解密方式: 安全模式 · encrypted callbacks only')
  screen.line(`  ${onceOn}`)
  const isReplaced = kinds.map(it => secretOf(app, it)).some(it => made.has(it) && dates.has(it))
  if (isReplaced) screen.line(`  ${whenToPaste}`)
  screen.line('')
}

const onceOn =
  'Once it is switched on, menus and automatic replies made in the console stop. · 启用后，后台设置的菜单和自动回复将失效'
const whenToPaste =
  'Paste them in five minutes, not before: the functions must know the new ones when the console tries them. Until then ' +
  'some of WeChat’s callbacks are refused; who followed meanwhile comes with the next sync run. · 请在五分钟后填写并提交'
