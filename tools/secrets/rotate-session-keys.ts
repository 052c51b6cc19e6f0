/** A new session key, without a session that anybody refuses. */

import * as v from 'valibot'

import { makeSessionKey, publicKeysOf } from '../../local/secrets.ts'
import { AskError } from '../../local/stage/explain-failure.ts'
import type { Session } from '../command/session.ts'
import { inUnits } from '../command/words.ts'
import type { SecretStore } from './store.ts'

/** Functions keep a secret for five minutes (lib/adapters/aws/ssm-secrets.ts), and others the public keys five more. */
const knownAfterMs = 600_000
const lookEveryMs = 1000

const keySet = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    keys: v.tupleWithRest(
      [v.looseObject({ kty: v.string(), kid: v.string(), n: v.string(), e: v.string() })],
      v.unknown(),
    ),
  }),
)

/**
 * Replaces the key that signs; what it signed stays good. The new key is published first, and signs when everybody
 * can know it: else those who do not would refuse its sessions. Of the old keys only that one stays, for a parameter
 * has room for two. Stopped anywhere on the way, it leaves a set that works.
 */
export async function rotateSessionKeys(
  store: SecretStore,
  { screen, now, sleep }: Pick<Session, 'screen' | 'now' | 'sleep'>,
): Promise<void> {
  const old = readSigning(await store.read('session-keys'), store.prefix)
  const young = await makeSessionKey()
  const published = JSON.stringify({ keys: [old, young] })
  await store.write('session-public-keys', publicKeysOf(published), 'replace')
  await store.write('session-keys', published, 'replace')
  screen.line(`  The new session key is published; in ${inUnits(knownAfterMs)} it signs. · 新密钥已发布，稍后启用`)
  screen.line('  Ctrl-C leaves the old key signing. · 按 Ctrl-C 则仍由旧密钥签名')
  const until = now() + knownAfterMs
  while (now() < until) {
    screen.progress(`signs in ${inUnits(until - now())}`, 1 - (until - now()) / knownAfterMs)
    await sleep(lookEveryMs)
  }
  await store.write('session-keys', JSON.stringify({ keys: [young, old] }), 'replace')
}

function readSigning(text: string | undefined, prefix: string) {
  const found = v.safeParse(keySet, text)
  if (found.success) return found.output.keys[0]
  throw noKeySet(prefix)
}

/** The public half of the session keys; throws AskError where they are none. */
export function readPublicKeys(text: string, prefix: string): string {
  if (v.is(keySet, text)) return publicKeysOf(text)
  throw noKeySet(prefix)
}

function noKeySet(prefix: string): AskError {
  return new AskError(
    `${prefix}/session-keys is not a JWK Set: delete the parameter and run this again; then everybody has to log in anew`,
  )
}
