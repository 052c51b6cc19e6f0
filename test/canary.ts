/** Finds what must never show: secrets, tokens, session keys, login codes and whole openids. */

import buffer from 'node:buffer'
import { inspect } from 'node:util'

import { defaultCallback } from '../local/wechat/defaults.ts'
import { id } from './ids.ts'

/** One of each kind for tests without a WeChat that would hand them out. */
export const canary = {
  accessToken: `83_${'Canary'.repeat(12)}`,
  openid: id('oCanaryCanaryCanaryCanary123'),
  appsecret: 'c0ffee00c0ffee00c0ffee00c0ffee00',
  code: 'c0dec0dec0dec0dec0dec0dec0dec0de',
  sessionKey: 'Q2FuYXJ5Q2FuYXJ5Q2FuYQ==',
}

// Bytes are told in full, not only the first 50.
buffer.INSPECT_MAX_BYTES = Number.POSITIVE_INFINITY

const secrets: readonly string[] = Object.values(defaultCallback)

const patterns = {
  access_token: /(?<![A-Za-z0-9_.-])\d{1,3}_[A-Za-z0-9_-]{60,}/g,
  // 28 characters that begin with the letter of every openid and unionid of the box.
  openid: /(?<![A-Za-z0-9_-])o[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])/g,
  session_key: /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{22}==/g,
  appsecret_or_code: /(?<![A-Za-z0-9])[0-9a-f]{32}(?![A-Za-z0-9])/g,
  query: /access_token=|secret=|js_code=/g,
}

/** Names every leak in a value, however deep; `extra` are further texts that must not show. */
export function leaksIn(value: unknown, extra: readonly string[] = []): string[] {
  const text = textOf(value)
  const found = [...secrets, ...extra].filter(it => text.includes(it)).map(it => `secret ${it}`)
  const matched = Object.entries(patterns).flatMap(([kind, pattern]) =>
    (text.match(pattern) ?? []).map(it => `${kind} ${it}`),
  )
  return [...found, ...matched]
}

/** All that a value holds, as one text. */
function textOf(value: unknown): string {
  const whole = { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null }
  return (
    (typeof value === 'string' ? value : inspect(value, whole))
      // A line's end is told as two characters, and its letter would hide what the next line begins with.
      .replaceAll('\\n', '\n')
      .replace(/<Buffer ([0-9a-f ]+)/g, (_, bytes: string) => `${Buffer.from(bytes.replaceAll(' ', ''), 'hex')}`)
  )
}
