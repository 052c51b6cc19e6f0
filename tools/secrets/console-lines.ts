/** What WeChat's console must be told, ready to paste. */

import { pages } from '../../lib/doctor/pages.ts'
import { commandLine } from '../command/options.ts'
import type { Screen } from '../command/screen.ts'
import type { SecretName, StoredName } from './names.ts'
import { type Options, spec } from './options.ts'
import type { SecretStore } from './store.ts'

type Circumstances = {
  readonly options: Options
  readonly store: SecretStore
  readonly screen: Screen
  readonly isWatched: boolean
  /** What was there before; the console has it until the new one is pasted. */
  readonly dates: ReadonlyMap<StoredName, number>
}

const names = ['callback-token', 'callback-aes-key'] as const
type CallbackName = (typeof names)[number]

const page = `https://${pages.messagePush}`
const fields = {
  'callback-token': 'Token (令牌)',
  'callback-aes-key': 'EncodingAESKey (消息加解密密钥)',
} satisfies Record<CallbackName, string>

/** Shows both, if one is new or they are asked for; never where a file or a log would keep them, unless told to. */
export async function showForConsole(
  made: ReadonlyMap<SecretName, string>,
  { options, store, screen, isWatched, dates }: Circumstances,
): Promise<void> {
  const isNew = names.some(it => made.has(it))
  if (!isNew && !options.isShown) return
  if (!isWatched && !options.isShown) {
    screen.line(`  To see what the console needs · 查看需填写的内容: ${commandLine(spec.verb, options, ['--show'])}`)
    return
  }
  screen.line(`\nTo paste · 填写到: ${page}`)
  for (const name of names) {
    const value = made.get(name) ?? (await store.read(name))
    screen.line(`  ${fields[name]}: ${value}`)
  }
  screen.line('  URL (服务器地址): <API>/callback, as the deployment tells it · 部署后得到')
  screen.line('  消息加解密方式: 安全模式 · encrypted callbacks only')
  screen.line(`  ${onceOn}`)
  if (names.some(it => made.has(it) && dates.has(it))) screen.line(`  ${whenToPaste}`)
  screen.line('')
}

const onceOn =
  'Once it is switched on, menus and automatic replies made in the console stop. · 启用后，后台设置的菜单和自动回复将失效'
const whenToPaste =
  'Paste them in five minutes, not before: the functions must know the new ones when the console tries them. Until then ' +
  'some of WeChat’s callbacks are refused; who followed meanwhile comes with the next walk. · 请在五分钟后填写并提交'
