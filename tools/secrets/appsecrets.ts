/** The appsecrets, which only WeChat can make: from the environment, or asked for at the terminal. */

import { pages } from '../../lib/doctor/pages.ts'
import { type Environment, SettingsError } from '../../local/environment.ts'
import type { Session } from '../command/session.ts'
import { askHidden, type Terminal } from './hidden-input.ts'
import type { SecretName } from './names.ts'

/** Where each comes from; the variables are those of the local run. */
const apps = {
  'official-appsecret': {
    variable: 'WECHAT_OFFICIAL_SECRET',
    what: 'the Official Account’s appsecret (服务号 AppSecret)',
    page: `https://${pages.official.secret}`,
  },
  'mini-appsecret': {
    variable: 'WECHAT_MINI_SECRET',
    what: 'the mini program’s appsecret (小程序 AppSecret)',
    page: `https://${pages.mini.secret}`,
  },
} as const

export type AppsecretName = keyof typeof apps

/** `terminal` is undefined where nobody can be asked. */
export type AppsecretDeps = Session & { readonly terminal: Terminal | undefined }

export function isAppsecret(name: SecretName): name is AppsecretName {
  return name in apps
}

/** Gets these appsecrets; throws a SettingsError that lists all that is wrong, or NoAnswer. Nothing repeats a value. */
export async function getAppsecrets(names: readonly AppsecretName[], deps: AppsecretDeps) {
  assertUsable(names, deps)
  const { terminal } = deps
  const found = new Map<AppsecretName, string>()
  for (const name of names) {
    const text = readGiven(name, deps.env) ?? (terminal && (await askFor(name, { ...deps, terminal })))
    if (text !== undefined) found.set(name, text)
  }
  return found
}

function assertUsable(names: readonly AppsecretName[], { env, terminal }: AppsecretDeps): void {
  const problems = names.flatMap(name => {
    const { variable, what } = apps[name]
    const given = readGiven(name, env)
    const flaw = given === undefined ? undefined : findFlaw(given)
    if (flaw !== undefined) return `${variable} is not ${what}: ${flaw}`
    if (given !== undefined || terminal !== undefined) return []
    return `${variable} must be set to ${what}: there is no terminal to ask for it`
  })
  if (problems.length > 0) throw new SettingsError(problems)
}

function readGiven(name: AppsecretName, env: Environment): string | undefined {
  return env[apps[name].variable]?.trim() || undefined
}

async function askFor(
  name: AppsecretName,
  { terminal, screen, signal }: AppsecretDeps & { readonly terminal: Terminal },
): Promise<string> {
  const { what, page } = apps[name]
  screen.line(`  ${what}, from ${page}`)
  for (;;) {
    const text = (await askHidden(`  ${name} (does not show · 输入不显示): `, terminal, signal)).trim()
    const flaw = findFlaw(text)
    if (flaw === undefined) return text
    screen.problem(`  ✗ ${flaw}`)
  }
}

/** Says what is wrong with an appsecret, without a part of it. */
function findFlaw(text: string): string | undefined {
  if (/^[0-9a-f]{32}$/i.test(text)) return undefined
  const wanted = 'an appsecret has 32 characters, 0 to 9 and a to f'
  if (/^wx[0-9a-f]{16}$/i.test(text)) return `this is an appid; ${wanted}`
  if (text.length !== 32) return `this has ${text.length} characters; ${wanted}`
  return `this has other characters; ${wanted}`
}
