import { describe, expect, it } from 'vitest'

import { classify, isKnown, quotaReset } from '../lib/errcode.ts'
import { secondsToReset } from '../lib/quota-reset.ts'
import codes from './wechat/error-codes.json' with { type: 'json' }

describe('classify', () => {
  it('gives each of the 288 codes the class of the contract', () => {
    expect(codes).toHaveLength(288)
    const table = codes.map(it => ({ code: it.code, class: classify(it.code) }))
    expect(table).toEqual(codes.map(it => ({ code: it.code, class: it.class })))
  })

  it('goes by the call where the contract does', () => {
    expect(classify(40001, 'template/send')).toBe('token-invalid')
    expect(classify(40001, 'stable_token')).toBe('config')
    expect(classify(40001, 'token')).toBe('config')
  })

  it('takes a code that nobody knows for transient', () => {
    expect([classify(-217), classify(1007), isKnown(1007), isKnown(40001)]).toEqual([
      'transient',
      'transient',
      false,
      true,
    ])
  })
})

describe('quotaReset', () => {
  it('knows when each quota of the contract is filled again', () => {
    const resets = codes.flatMap(it => (it.class === 'quota' && it.reset !== undefined ? [it] : []))
    expect(resets.length).toBeGreaterThan(5)
    for (const { code, reset } of resets) expect(reset).toContain(quotaReset(code))
  })

  it('counts the seconds to the next minute, to midnight and to the first of the month in China', () => {
    const at = Date.parse('2026-11-22T23:58:30+08:00')
    expect(secondsToReset(45011, at)).toBe(30)
    expect(secondsToReset(45009, at)).toBe(90)
    expect(secondsToReset(48006, at)).toBe(8 * 86_400 + 90)
    expect(secondsToReset(48006, Date.parse('2026-12-31T23:59:59+08:00'))).toBe(1)
  })
})
