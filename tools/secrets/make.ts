/** Secrets that nobody has to think of. */

import { randomInt } from 'node:crypto'

import { makeSessionKey } from '../../local/secrets.ts'
import type { Secret } from './names.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const characters = `${letters}0123456789`
/** 43 characters of base64 are 258 bits, the key has 256: with these at its end a strict reader finds nothing left over. */
const lastCharacters = 'AEIMQUYcgkosw048'

const makers = {
  /** As long as the console allows. */
  'callback-token': () => pick(characters, 32),
  'callback-aes-key': () => pick(characters, 42) + pick(lastCharacters, 1),
  'session-keys': async () => JSON.stringify({ keys: [await makeSessionKey()] }),
} satisfies Record<Exclude<Secret['kind'], 'appsecret'>, () => string | Promise<string>>

export type MadeKind = keyof typeof makers

/** Makes a secret in the form in which the functions read it. */
export async function makeSecret(kind: MadeKind): Promise<string> {
  return makers[kind]()
}

function pick(from: string, count: number): string {
  return Array.from({ length: count }, () => from.charAt(randomInt(from.length))).join('')
}
