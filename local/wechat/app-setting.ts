/** The settings of an app of the box, their validation, and generated defaults. */
import { createHash } from 'node:crypto'
import type { CallbackConfig } from './callback-config.ts'
import { defaultPlatform } from './platforms.ts'
import type { TemplateSetting } from './templates.ts'

/** Official Accounts send messages, people log in to mini programs. */
export const appKinds = ['official', 'mini'] as const
export type AppKind = (typeof appKinds)[number]

/** The settings of an app; missing ones are generated from its name, the same in every run. */
export type AppSetting = {
  name: string
  kind: AppKind
  appid?: string
  appsecret?: string
  /** Its Open Platform account: that of the first pair by default; null for none. */
  platform?: string | null
  /** Its message push; nothing is sent without a URL. */
  callback?: Partial<CallbackConfig>
  /** The templates of an Official Account. */
  templates?: readonly TemplateSetting[]
}

/** An app with all settings. */
export type AppIdentity = Required<AppSetting> & { originalId: string; callback: CallbackConfig }

const word = /^[a-z][a-z0-9-]{0,31}$/
const wantedWord = '1 to 32 small letters, digits and hyphens, a letter first'

/** Says what is wrong with the settings alone, or undefined. */
export function problemOfSetting({ name, kind, appid, appsecret, platform, callback }: AppSetting): string | undefined {
  if (!word.test(name)) return `"name" is "${name}", and must be ${wantedWord}`
  // The call log uses this name for calls of unknown apps.
  if (name === 'unknown') return '"name" must not be "unknown"'
  if (appid !== undefined && !/^wx[0-9a-f]{16}$/.test(appid)) {
    return `"appid" is "${appid}", and must be wx and 16 hexadecimal digits in lower case`
  }
  if (appsecret !== undefined && !isAppsecret(appsecret)) return '"appsecret" must be 32 hexadecimal digits'
  if (typeof platform === 'string' && !word.test(platform)) {
    return `"platform" is "${platform}", and must be ${wantedWord}`
  }
  return kind === 'official' && callback?.format === 'json' ? 'an Official Account pushes XML only' : undefined
}

/** Tells whether a text can be an AppSecret. */
export function isAppsecret(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text)
}

/** Fills in the missing settings. */
export function completeSetting(setting: AppSetting): AppIdentity {
  const { name, kind, callback, platform = defaultPlatform } = setting
  return {
    name,
    kind,
    appid: setting.appid ?? `wx${digits(`appid of ${name}`, 16)}`,
    appsecret: setting.appsecret ?? digits(`appsecret of ${name}`, 32),
    originalId: `gh_${digits(`original id of ${name}`, 12)}`,
    platform,
    callback: { ...madeUpCallback(name, kind), ...callback },
    templates: setting.templates ?? [],
  }
}

/** A new AppSecret, for a reset. */
export function madeUpAppsecret({ name, appsecret }: { name: string; appsecret: string }): string {
  return digits(`appsecret of ${name} after ${appsecret}`, 32)
}

function madeUpCallback(name: string, kind: AppKind): CallbackConfig {
  const key = createHash('sha256').update(`EncodingAESKey of ${name}`).digest('base64')
  return {
    url: undefined,
    mode: 'secure',
    format: kind === 'mini' ? 'json' : 'xml',
    token: digits(`Token of ${name}`, 32),
    // 43 letters and digits; the last character of base64 always is one, so the key stays canonical.
    aesKey: key.slice(0, 43).replaceAll('+', 'A').replaceAll('/', 'B'),
  }
}

function digits(what: string, length: number): string {
  return createHash('sha256').update(what).digest('hex').slice(0, length)
}
