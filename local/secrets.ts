import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint } from 'jose'
import * as v from 'valibot'
import type { App } from '../lib/apps.ts'
import { secretOf } from '../lib/secret-names.ts'
import type { WeChatKeys } from './wechat-keys.ts'

/** Where the local stack keeps its secrets. */
export const secretsPrefix = '/queqiao/local'

/** The local stack's secrets, by their names in the parameter store. */
export function listSecrets(prefix: string, wechat: WeChatKeys, sessionKeys: string): Record<string, string> {
  const own = { 'session-keys': sessionKeys, 'session-public-keys': publicKeysOf(sessionKeys) }
  const named = Object.entries(own).map(([name, value]) => [`${prefix}/${name}`, value])
  return { ...appSecretsOf(prefix, wechat), ...Object.fromEntries(named) }
}

/** The secrets of the apps, by their names in the parameter store. */
export function appSecretsOf(prefix: string, wechat: WeChatKeys): Record<string, string> {
  const { apps, appsecrets, callbackToken, callbackAesKey } = wechat
  const ofApp = (app: App): Record<string, string> => ({
    [secretOf(app, 'appsecret')]: appsecrets[app.name] ?? '',
    [secretOf(app, 'callback-token')]: callbackToken,
    [secretOf(app, 'callback-aes-key')]: callbackAesKey,
  })
  const secrets: Record<string, string> = {
    ...Object.assign({}, ...[...apps.officials, ...apps.minis].map(ofApp)),
    ...wechat.forwardSecrets,
  }
  // SSM allows no empty parameter: secrets without a value are left out.
  const set = Object.entries(secrets).filter(([, value]) => value !== '')
  return Object.fromEntries(set.map(([name, value]) => [`${prefix}/${name}`, value]))
}

/** Creates the keys that sign sessions, as one secret. */
export async function makeSessionKeys(): Promise<string> {
  return JSON.stringify({ keys: [await makeSessionKey()] })
}

/** Creates a private RSA key as a JWK, as lib/adapters/session-tokens.ts reads it. */
export async function makeSessionKey() {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const jwk = privateKey.export({ format: 'jwk' })
  return { ...jwk, kid: await calculateJwkThumbprint({ ...jwk, kty: 'RSA' }), alg: 'RS256', use: 'sig' }
}

const keySet = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    keys: v.array(v.object({ kty: v.string(), kid: v.string(), n: v.string(), e: v.string() })),
  }),
)

/** The public half of a JWK Set of private keys; throws ValiError if it is not one. */
export function publicKeysOf(sessionKeys: string): string {
  return JSON.stringify(v.parse(keySet, sessionKeys))
}
