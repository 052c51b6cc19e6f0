import { describe, expect, it } from 'vitest'

import { hashOfCode, openLogin, sealLogin } from '../lib/login-seal.ts'
import { id } from './ids.ts'

const code = '0b3Wca100abcdefghijklmn'
const identity = { miniOpenid: id('oMiniOpenid'), unionid: id('uUnionid') }
const result = { kind: 'identity' as const, identity, issuedAt: 7, reach: 'reachable' as const }

describe('a sealed login', () => {
  it('is opened by its code and by nothing else', () => {
    const sealed = sealLogin(result, code)
    expect(openLogin(sealed, code)).toEqual(result)
    for (const other of [`${code}x`, hashOfCode(code), '']) expect(() => openLogin(sealed, other)).toThrow()
    expect(() =>
      openLogin(
        sealed.replace(/^.{24}/, it => it.split('').reverse().join('')),
        code,
      ),
    ).toThrow()
  })

  it('shows nothing of the person, and looks different each time', () => {
    const [one, other] = [sealLogin(result, code), sealLogin(result, code)]
    expect(one).not.toBe(other)
    const plain = Buffer.from(one, 'base64').toString('latin1')
    for (const secret of [code, 'oMiniOpenid', 'uUnionid', 'identity']) expect(plain).not.toContain(secret)
  })
})
