/** Finds what must never show: secrets, tokens, session keys, login codes and whole openids of WeChat in a box. */

import { inspect } from 'node:util'

import { defaultAccounts, defaultCallback } from '../local/wechat/defaults.ts'

const secrets = [
  defaultAccounts.official.appsecret,
  defaultAccounts.mini.appsecret,
  defaultCallback.token,
  defaultCallback.aesKey,
]

const patterns = {
  access_token: /\b\d{1,3}_[A-Za-z0-9_-]{60,}/g,
  // 28 characters that begin with the letter of every openid and unionid of the box.
  openid: /(?<![A-Za-z0-9_-])o[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])/g,
  session_key: /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{22}==/g,
  query: /access_token=|secret=|js_code=/g,
}

/** Names every leak in a value, however deep; `extra` are further texts that must not show, such as login codes. */
export function leaksIn(value: unknown, extra: readonly string[] = []): string[] {
  const text =
    typeof value === 'string' ? value : inspect(value, { depth: 12, showHidden: true, maxStringLength: null })
  const found = [...secrets, ...extra].filter(it => text.includes(it)).map(it => `secret ${it}`)
  const matched = Object.entries(patterns).flatMap(([kind, pattern]) =>
    (text.match(pattern) ?? []).map(it => `${kind} ${it}`),
  )
  return [...found, ...matched]
}
