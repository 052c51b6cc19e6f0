import { createPrivateKey } from 'node:crypto'

import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'

import { appids } from '../../kit/app.ts'
import { id, miniAppid, otherMiniAppid } from '../ids.ts'
import { checkerWith, keySet, sessionsWith } from '../session.ts'

const claims = { mini: miniAppid, miniOpenid: id('oMini'), unionid: id('uPerson') }
const issuedAt = 1_767_225_600
const soon = () => (issuedAt + 60) * 1000
const keys = keySet('one')
const refusal = (code: string) => expect.objectContaining({ name: 'RequestError', code, status: 401 })

describe('session tokens', () => {
  it('come back as the claims that went in, and are the same text for the same login', async () => {
    const sessions = sessionsWith(async () => keys, soon)
    const token = await sessions.sign(claims, issuedAt)
    expect(await sessions.verify(token)).toEqual(claims)
    expect(await sessions.sign(claims, issuedAt)).toBe(token)
    const { unionid: _, ...nameless } = claims
    expect(await sessions.verify(await sessions.sign(nameless, issuedAt))).toEqual(nameless)
  })

  it('are of the mini program that they name, the same person’s in another too', async () => {
    const sessions = sessionsWith(async () => keys, soon)
    const other = { ...claims, mini: appids.mini }
    const tokens = await Promise.all([claims, other].map(it => sessions.sign(it, issuedAt)))
    expect(await Promise.all(tokens.map(sessions.verify))).toEqual([claims, other])
    const stranger = await sessions.sign({ ...claims, mini: otherMiniAppid }, issuedAt)
    await expect(sessions.verify(stranger)).rejects.toThrow(refusal('session-invalid'))
  })

  it('are checked by any JWT library with the published keys, which have no private part', async () => {
    const sessions = sessionsWith(async () => keys, soon)
    const jwks = await sessions.publicKeys()
    expect(jwks.keys.map(it => Object.keys(it).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']])
    const { payload, protectedHeader } = await jwtVerify(
      await sessions.sign(claims, issuedAt),
      createLocalJWKSet(JSON.parse(JSON.stringify(jwks))),
      { issuer: 'queqiao-test', audience: miniAppid, currentDate: new Date(soon()) },
    )
    expect(payload).toMatchObject({ sub: 'oMini', unionid: 'uPerson', iat: issuedAt, exp: issuedAt + 86_400 })
    expect(protectedHeader.kid).toBe('one')
  })

  it('are over when they are over, and worth nothing altered or signed by another', async () => {
    const sessions = sessionsWith(async () => keys, soon)
    const token = await sessions.sign(claims, issuedAt)
    const late = sessionsWith(
      async () => keys,
      () => (issuedAt + 86_401) * 1000,
    )
    await expect(late.verify(token)).rejects.toThrow(refusal('session-expired'))
    const [head, , signature] = token.split('.')
    const forgedBody = Buffer.from(JSON.stringify({ sub: 'oOther', exp: issuedAt + 9e6 })).toString('base64url')
    await expect(sessions.verify(`${head}.${forgedBody}.${signature}`)).rejects.toThrow(refusal('session-invalid'))
    const stranger = sessionsWith(async () => keySet('one'), soon)
    await expect(sessions.verify(await stranger.sign(claims, issuedAt))).rejects.toThrow(refusal('session-invalid'))
    await expect(sessions.verify('a.b.c')).rejects.toThrow(refusal('session-invalid'))
  })

  it('are refused without a signature, or under another algorithm with the public key as secret', async () => {
    const sessions = sessionsWith(async () => keys, soon)
    const none = `${Buffer.from('{"alg":"none","kid":"one"}').toString('base64url')}.${Buffer.from('{"sub":"o"}').toString('base64url')}.`
    await expect(sessions.verify(none)).rejects.toThrow(refusal('session-invalid'))
    const hmac = await new SignJWT({ sub: 'oMini' })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(Buffer.from(keys))
    await expect(sessions.verify(hmac)).rejects.toThrow(refusal('session-invalid'))
  })

  it('are refused when they name another issuer or audience, or no end, though our own key signed them', async () => {
    const sessions = sessionsWith(async () => keys, soon)
    const [jwk] = JSON.parse(keys).keys
    const sign = (more: { iss?: string; aud?: string; exp?: number }) =>
      new SignJWT({ sub: 'oMini', iss: 'queqiao-test', aud: miniAppid, iat: issuedAt, ...more })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .sign(createPrivateKey({ key: jwk, format: 'jwk' }))
    const exp = issuedAt + 3600
    expect(await sessions.verify(await sign({ exp }))).toEqual({ mini: miniAppid, miniOpenid: 'oMini' })
    for (const wrong of [{ exp, iss: 'another-stage' }, { exp, aud: 'wx0000000000000000' }, {}]) {
      await expect(sessions.verify(await sign(wrong))).rejects.toThrow(refusal('session-invalid'))
    }
  })

  it('survive a rotation: the new key signs, the old one still verifies', async () => {
    let present = keys
    const sessions = sessionsWith(async () => present, soon)
    const old = await sessions.sign(claims, issuedAt)
    present = JSON.stringify({ keys: [...JSON.parse(keySet('two')).keys, ...JSON.parse(keys).keys] })
    const fresh = await sessions.sign(claims, issuedAt)
    expect(JSON.parse(Buffer.from(fresh.split('.')[0] ?? '', 'base64url').toString()).kid).toBe('two')
    expect(await Promise.all([old, fresh].map(it => sessions.verify(it)))).toEqual([claims, claims])
  })

  it('need keys, and say so', async () => {
    const wrong = [undefined, '', '{}', '{"keys":[]}', '{"keys":[{"kty":"oct","k":"x","kid":"1"}]}']
    for (const it of wrong) {
      await expect(sessionsWith(async () => it, soon).sign(claims, issuedAt)).rejects.toThrow(/session-keys/)
      await expect(checkerWith(async () => it, soon).verify('a.b.c')).rejects.toThrow(/session-public-keys/)
    }
  })
})
