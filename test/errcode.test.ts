import { describe, expect, it } from 'vitest'

import { classify, isDuplicate, isKnown, quotaReset, secondsUntilLater } from '../lib/errcode.ts'
import { secondsToReset } from '../lib/quota-reset.ts'
import codes from './wechat/error-codes.json' with { type: 'json' }

describe('classify', () => {
  it('gives each of the 288 codes the class of error-codes.json', () => {
    expect(codes).toHaveLength(288)
    const table = codes.map(it => ({ code: it.code, class: classify(it.code) }))
    expect(table).toEqual(codes.map(it => ({ code: it.code, class: it.class })))
  })

  it('goes by the call where error-codes.json does', () => {
    expect(classify(40001, 'template/send')).toBe('token-invalid')
    expect(classify(40001, 'stable_token')).toBe('config')
    expect(classify(40001, 'token')).toBe('config')
  })

  it('knows what no table of WeChat has, as people got it from template/send', () => {
    const listed = new Set(codes.map(it => it.code))
    for (const code of [40241, 43117]) {
      expect([listed.has(code), isKnown(code), classify(code, 'template/send')]).toEqual([
        false,
        true,
        'recipient-later',
      ])
    }
  })

  // Each was taken for no answer, for a quota of everybody's, or for a fault of the template.
  it('takes for a refusal of one person, at a message, what speaks of one person or one request alone', () => {
    const ofOne = [43108, 45033, 45061, 45066, 45081, 50002, 50003]
    expect(new Set(ofOne.map(it => classify(it, 'template/send')))).toEqual(new Set(['recipient-later']))
    expect([classify(45047, 'template/send'), classify(43101, 'template/send')]).toEqual([
      'permanent-recipient',
      'permanent-recipient',
    ])
    expect(new Set([45102, 45501].map(it => classify(it, 'template/send')))).toEqual(new Set(['config']))
  })

  it('leaves a message in doubt only after a failure of WeChat’s, or a code that nobody knows', () => {
    const doubtful = codes.filter(it => classify(it.code, 'template/send') === 'transient').map(it => it.code)
    expect(doubtful).toEqual([-1000, -1, 61450, 87015, 268487002])
  })

  it('knows which codes say that WeChat has the message already', () => {
    expect([45065, 40241, 45066, 43117, 0].map(isDuplicate)).toEqual([true, true, false, false, false])
  })

  it('knows when a refusal of one person is worth another try: when the code says so, or after a quarter of an hour', () => {
    expect([40241, 45066, 43108, 43117, 50002].map(secondsUntilLater)).toEqual([60, 60, 10, 900, 900])
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
  it('knows when each quota of error-codes.json is filled again', () => {
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
