/** The session tokens of the mini programs: JWTs that any back end checks against `/.well-known/jwks.json`. */

import { type CryptoKey, errors, importJWK, type JWK, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose'
import * as v from 'valibot'

import { ConfigError, RequestError } from '../errors.ts'
import { isAppId, isId, type MiniAppId, type MiniOpenId, type UnionId } from '../identifiers.ts'
import type { Now, SessionChecker, SessionClaims, SessionSigner } from '../ports.ts'
import type { SecretName } from '../secret-names.ts'

/** RS256: every JWT library has it, and its signatures are deterministic, so a repeated login gets the same answer. */
const alg = 'RS256'

const publicKey = v.looseObject({ kty: v.literal('RSA'), kid: v.string(), n: v.string(), e: v.string() })
const privateKey = v.looseObject({ ...publicKey.entries, d: v.string() })
const id = v.custom<MiniOpenId & UnionId>(isId)
const claims = v.object({ aud: v.custom<MiniAppId>(isAppId), sub: id, unionid: v.exactOptional(id) })

export type SignerOptions = {
  readonly issuer: string
  /** The secret session-keys, a JWK Set of private RSA keys: the first one signs. */
  readonly keys: () => Promise<string | undefined>
  readonly lifeSeconds: number
}
export type CheckerOptions = {
  readonly issuer: string
  /** The mini programs whose tokens are good here. */
  readonly minis: readonly MiniAppId[]
  /** The secret session-public-keys, a JWK Set: each of them verifies. */
  readonly keys: () => Promise<string | undefined>
  readonly now: Now
}

/** Creates the signer of session tokens. */
export function createSessionSigner({ keys, issuer, lifeSeconds }: SignerOptions): SessionSigner {
  const load = remembered(keys, 'session-keys', async text => {
    const [first] = readKeySet(text, privateKey, 'session-keys is not a JWK Set of private RSA keys')
    return { kid: first.kid, sign: await importKey(first, 'session-keys') }
  })
  return {
    lifeSeconds,
    async sign({ mini, miniOpenid, unionid }, issuedAt) {
      const { kid, sign } = await load()
      return new SignJWT(unionid === undefined ? {} : { unionid })
        .setProtectedHeader({ alg, kid, typ: 'JWT' })
        .setSubject(miniOpenid)
        .setIssuer(issuer)
        .setAudience(mini)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifeSeconds)
        .sign(sign)
    },
  }
}

/** Creates the checker of session tokens, which no key is given that could sign one. */
export function createSessionChecker({ keys, issuer, minis, now }: CheckerOptions): SessionChecker {
  const load = remembered(keys, 'session-public-keys', importPublicKeys)
  return {
    async verify(token) {
      const known = await load()
      const options = {
        issuer,
        audience: [...minis],
        algorithms: [alg],
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'sub'],
      }
      try {
        const { payload } = await jwtVerify(token, async ({ kid }: JWTHeaderParameters) => keyOf(known, kid), options)
        return claimsOf(payload)
      } catch (error) {
        throw refusal(error)
      }
    },
    async publicKeys() {
      return { keys: (await load()).map(it => it.jwk) }
    },
  }
}

type PublicKey = { readonly verify: CryptoKey; readonly jwk: PublicJwk }
type PublicJwk = { kty: string; kid: string; n: string; e: string; alg: string; use: string }

/** Any other field of a key is not published. */
async function importPublicKeys(text: string): Promise<PublicKey[]> {
  const known = readKeySet(text, publicKey, 'session-public-keys is not a JWK Set of RSA keys')
  return Promise.all(
    known.map(async ({ kty, kid, n, e }) => {
      const jwk = { kty, kid, n, e, alg, use: 'sig' }
      return { jwk, verify: await importKey(jwk, 'session-public-keys') }
    }),
  )
}

/** Derives a value from a secret's text, and again only when the text changes. */
function remembered<T>(read: () => Promise<string | undefined>, name: SecretName, make: (text: string) => Promise<T>) {
  let loaded: { text: string; made: Promise<T> } | undefined
  return async () => {
    const text = await read()
    if (text === undefined) throw new ConfigError([`the secret ${name} is not set: ./queqiao secrets makes it`])
    if (loaded?.text !== text) loaded = { text, made: make(text) }
    return loaded.made
  }
}

function readKeySet<T>(text: string, key: v.GenericSchema<unknown, T>, problem: string): [T, ...T[]] {
  const keySet = v.pipe(v.string(), v.parseJson(), v.object({ keys: v.tupleWithRest([key], key) }))
  const found = v.safeParse(keySet, text)
  if (!found.success) throw new ConfigError([`the secret ${problem}`])
  return found.output.keys
}

async function importKey(jwk: JWK, name: SecretName): Promise<CryptoKey> {
  const key = await importJWK(jwk, alg)
  if (key instanceof Uint8Array) throw new ConfigError([`the secret ${name} holds a symmetric key`])
  return key
}

function keyOf(keys: readonly PublicKey[], kid: string | undefined): CryptoKey {
  const key = keys.find(it => it.jwk.kid === kid)
  if (key === undefined) throw new errors.JWKSNoMatchingKey()
  return key.verify
}

function claimsOf(payload: unknown): SessionClaims {
  const { aud, sub, unionid } = v.parse(claims, payload)
  return { mini: aud, miniOpenid: sub, ...(unionid === undefined ? {} : { unionid }) }
}

function refusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired)
    return new RequestError('session-expired', 401, 'The session has expired: log in again.')
  const isOurs = error instanceof errors.JOSEError || error instanceof v.ValiError
  return isOurs ? new RequestError('session-invalid', 401, 'The session token is not valid: log in again.') : error
}
