/** The appsecrets, which only WeChat can make: from the environment, or asked for at the terminal. */

import type { Apps } from '../../lib/apps.ts'
import { pages } from '../../lib/doctor/pages.ts'
import { secretVariableOf } from '../../local/apps.ts'
import { SettingsError } from '../../local/environment.ts'
import type { Session } from '../command/session.ts'
import { askHidden, type Terminal } from './hidden-input.ts'
import type { AppsSecret, Secret, SecretName } from './names.ts'

export type Appsecret = AppsSecret & { readonly kind: 'appsecret' }

/** `terminal` is undefined where nobody can be asked. */
export type AppsecretDeps = Session & { readonly terminal: Terminal | undefined; readonly apps: Apps }

/** Where each comes from; the variables are those of the local run. */
function sourceOf({ app }: Appsecret, apps: Apps) {
  const { kind, name } = app
  const [what, zh, all] =
    kind === 'official'
      ? ['the Official Account', '服务号', apps.officials.length]
      : ['the mini program', '小程序', apps.minis.length]
  const whose = all === 1 ? what : `${what} ${name}`
  return {
    variable: secretVariableOf(app, apps),
    what: `${whose}’s appsecret (${zh} AppSecret)`,
    page: `https://${pages[kind].secret}`,
  }
}

export function isAppsecret(secret: Secret): secret is Appsecret {
  return secret.kind === 'appsecret'
}

/** Gets these appsecrets; throws a SettingsError that lists all that is wrong, or NoAnswer. Nothing repeats a value. */
export async function getAppsecrets(secrets: readonly Appsecret[], deps: AppsecretDeps) {
  assertUsable(secrets, deps)
  const { terminal } = deps
  const found = new Map<SecretName, string>()
  for (const it of secrets) {
    const text = readGiven(it, deps) ?? (terminal && (await askFor(it, { ...deps, terminal })))
    if (text !== undefined) found.set(it.name, text)
  }
  return found
}

function assertUsable(secrets: readonly Appsecret[], deps: AppsecretDeps): void {
  const problems = secrets.flatMap(it => {
    const { variable, what } = sourceOf(it, deps.apps)
    const given = readGiven(it, deps)
    const flaw = given === undefined ? undefined : findFlaw(given)
    if (flaw !== undefined) return `${variable} is not ${what}: ${flaw}`
    if (given !== undefined || deps.terminal !== undefined) return []
    return `${variable} must be set to ${what}: there is no terminal to ask for it`
  })
  if (problems.length > 0) throw new SettingsError(problems)
}

function readGiven(secret: Appsecret, { env, apps }: AppsecretDeps): string | undefined {
  return env[sourceOf(secret, apps).variable]?.trim() || undefined
}

async function askFor(
  secret: Appsecret,
  { terminal, screen, signal, apps }: AppsecretDeps & { readonly terminal: Terminal },
): Promise<string> {
  const { what, page } = sourceOf(secret, apps)
  screen.line(`  ${what}, from ${page}`)
  for (;;) {
    const text = (await askHidden(`  ${secret.name} (does not show · 输入不显示): `, terminal, signal)).trim()
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
