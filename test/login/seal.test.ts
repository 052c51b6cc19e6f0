import { createDecipheriv } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { hashOfCode, openLogin, sealLogin } from '../../lib/login/seal.ts'
import { id, miniAppid, otherMiniAppid } from '../ids.ts'

const text = '0b3Wca100abcdefghijklmn'
const code = { mini: miniAppid, code: text }
const identity = { miniOpenid: id('oMiniOpenid'), unionid: id('uUnionid') }
const result = { kind: 'identity' as const, identity, issuedAt: 7, reach: 'reachable' as const }

describe('a sealed login', () => {
  it('is opened by its code, of its mini program, and by nothing else', () => {
    const sealed = sealLogin(result, code)
    expect(openLogin(sealed, code)).toEqual(result)
    for (const other of [`${text}x`, hashOfCode(code), ''])
      expect(() => openLogin(sealed, { ...code, code: other })).toThrow()
    expect(() => openLogin(sealed, { ...code, mini: otherMiniAppid })).toThrow()
    expect(() =>
      openLogin(
        sealed.replace(/^.{24}/, it => it.split('').reverse().join('')),
        code,
      ),
    ).toThrow()
  })

  it('is not opened by the name of the code, which stands beside it in the store', () => {
    const bytes = Buffer.from(sealLogin(result, code), 'base64')
    const decipher = createDecipheriv('aes-256-gcm', Buffer.from(hashOfCode(code), 'hex'), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    decipher.update(bytes.subarray(28))
    expect(() => decipher.final()).toThrow('unable to authenticate')
  })

  it('shows nothing of the person, and looks different each time', () => {
    const [one, other] = [sealLogin(result, code), sealLogin(result, code)]
    expect(one).not.toBe(other)
    const plain = Buffer.from(one, 'base64').toString('latin1')
    for (const secret of [text, 'oMiniOpenid', 'uUnionid', 'identity']) expect(plain).not.toContain(secret)
  })
})
