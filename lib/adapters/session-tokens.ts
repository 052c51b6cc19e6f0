/** The session tokens of the mini program: JWTs that any back end checks against `/.well-known/jwks.json`. */

import { type CryptoKey, errors, importJWK, type JWK, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose'
import * as v from 'valibot'

import { ConfigError, RequestError } from '../errors.ts'
import { type AppId, isId, type MiniOpenId, type UnionId } from '../identifiers.ts'
import type { Now, SessionClaims, SessionTokens } from '../ports.ts'

/** RS256: every JWT library has it, and the same claims give the same token, so a repeated login gets the same answer. */
const alg = 'RS256'

const privateKey = v.looseObject({
  kty: v.literal('RSA'),
  kid: v.string(),
  n: v.string(),
  e: v.string(),
  d: v.string(),
})
const keySet = v.object({ keys: v.pipe(v.array(privateKey), v.minLength(1)) })
const id = v.custom<MiniOpenId & UnionId>(isId)
const claims = v.object({ sub: id, unionid: v.exactOptional(id) })

type Key = { readonly kid: string; readonly sign: CryptoKey; readonly verify: CryptoKey; readonly jwk: PublicJwk }
type PublicJwk = { kty: string; kid: string; n: string; e: string; alg: string; use: string }

export type SessionOptions = {
  /** A JWK Set of private RSA keys: the first one signs, all of them verify. */
  readonly keys: () => Promise<string | undefined>
  readonly issuer: string
  readonly audience: AppId
  readonly lifeSeconds: number
  readonly now: Now
}

/** Creates the signer and checker of session tokens. */
export function createSessionTokens({ keys, issuer, audience, lifeSeconds, now }: SessionOptions): SessionTokens {
  let loaded: { text: string; keys: Promise<Key[]> } | undefined
  const load = async () => {
    const text = await keys()
    if (text === undefined) throw new ConfigError(['the secret session-keys is not set'])
    if (loaded?.text !== text) loaded = { text, keys: importKeys(text) }
    return loaded.keys
  }

  return {
    lifeSeconds,
    async sign({ miniOpenid, unionid }, issuedAt) {
      const [key] = await load()
      if (key === undefined) throw new ConfigError(['the secret session-keys holds no key'])
      return new SignJWT(unionid === undefined ? {} : { unionid })
        .setProtectedHeader({ alg, kid: key.kid, typ: 'JWT' })
        .setSubject(miniOpenid)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifeSeconds)
        .sign(key.sign)
    },
    async verify(token) {
      const known = await load()
      const options = {
        issuer,
        audience,
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

async function importKeys(text: string): Promise<Key[]> {
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), keySet), text)
  if (!found.success) throw new ConfigError(['the secret session-keys is not a JWK Set of private RSA keys'])
  return Promise.all(
    found.output.keys.map(async ({ kty, kid, n, e, ...secret }) => {
      const jwk = { kty, kid, n, e, alg, use: 'sig' }
      return { kid, jwk, sign: await importKey({ ...secret, kty, kid, n, e }), verify: await importKey(jwk) }
    }),
  )
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, alg)
  if (key instanceof Uint8Array) throw new ConfigError(['the secret session-keys holds a symmetric key'])
  return key
}

function keyOf(keys: readonly Key[], kid: string | undefined): CryptoKey {
  const key = keys.find(it => it.kid === kid)
  if (key === undefined) throw new errors.JWKSNoMatchingKey()
  return key.verify
}

function claimsOf(payload: unknown): SessionClaims {
  const { sub, unionid } = v.parse(claims, payload)
  return { miniOpenid: sub, ...(unionid === undefined ? {} : { unionid }) }
}

function refusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired)
    return new RequestError('session-expired', 401, 'The session is over: log in again.')
  const isOurs = error instanceof errors.JOSEError || error instanceof v.ValiError
  return isOurs ? new RequestError('session-invalid', 401, 'The session token is not valid: log in again.') : error
}
