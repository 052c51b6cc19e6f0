import { isDeepStrictEqual } from 'node:util'

import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { parseLenient, readAnswer } from '../../../lib/adapters/wechat/answer.ts'
import { TransportError, WeChatError } from '../../../lib/errors.ts'
import { canary, leaksIn } from '../../canary.ts'

describe('parseLenient', () => {
  it('reads whatever is JSON as JSON.parse does, but for integers past 2^53', () => {
    const json = fc
      .jsonValue({ depthSize: 'medium' })
      .map(it => JSON.stringify(it))
      .filter(it => !/\d{16}/.test(it))
    const isSame = (text: string) => JSON.stringify(parseLenient(text) ?? null) === JSON.stringify(JSON.parse(text))
    expect(() => fc.assert(fc.property(json, isSame))).not.toThrow()

    const big = fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n })
    const written = (it: bigint) => [`{"a":${it}}`, `{"a":\n${it}}`, `{"a":-${it}}`, `[${it}]`, `[1,${it}]`]
    const read = (it: bigint) => [{ a: `${it}` }, { a: `${it}` }, { a: `-${it}` }, [`${it}`], [1, `${it}`]]
    const keepsDigits = (it: bigint) => isDeepStrictEqual(written(it).map(parseLenient), read(it))
    expect(() => fc.assert(fc.property(big, keepsDigits))).not.toThrow()
    expect(parseLenient('{"a":"o1234567890123456","b":12}')).toEqual({ a: 'o1234567890123456', b: 12 })
  })

  it('mends raw control characters and a lone backslash before a closing quote, and keeps what is escaped', () => {
    expect(parseLenient('{"nickname":"a\u0014b\u0007","city":"y?v\\","sex":1}')).toEqual({
      nickname: 'a b ',
      city: 'y?v\\',
      sex: 1,
    })
    expect(parseLenient('{"a":"\u0001","b":"say \\"hi\\", ok","c":"x\\\\"}')).toEqual({
      a: ' ',
      b: 'say "hi", ok',
      c: 'x\\',
    })
  })
})

describe('readAnswer', () => {
  it('hides a secret that stands where the message is cut off', () => {
    const errmsg = `${'.'.repeat(20)}${' '.repeat(965)}${canary.appsecret} and more`
    const body = Buffer.from(JSON.stringify({ errcode: 40013, errmsg }))
    const read = () => readAnswer('token', { status: 200, body }, v.object({}), [canary.appsecret])
    expect(read).toThrow(expect.objectContaining({ errcode: 40013 }))
    expect(read).not.toThrow(canary.appsecret.slice(0, 8))
  })

  it('throws nothing but its two errors, whatever comes, and they tell nothing of it', () => {
    const { accessToken, openid, code } = canary
    const errmsg = `invalid ${accessToken} of ${openid} with ${code}`
    const planted = JSON.stringify({ ...canary, msgid: [canary] })
    const shape = v.object({ msgid: v.string() })
    const read = (body: Buffer, status: number) => {
      try {
        readAnswer('template/send', { status, body }, shape)
      } catch (error) {
        if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
        expect(leaksIn(error)).toEqual([])
      }
    }
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom('{"errcode":{}}', '{"errcode":"x"}', '{"errcode":1e999}', 'null', '[]'),
      fc.constantFrom(planted, planted.slice(0, -1), JSON.stringify({ errcode: 40001, errmsg })),
    )
    const bytes = fc.oneof(
      text.map(it => Buffer.from(it)),
      fc.uint8Array().map(it => Buffer.from(it)),
    )
    expect(() => fc.assert(fc.property(bytes, fc.constantFrom(200, 412, 502), read), { numRuns: 2000 })).not.toThrow()
  })
})
