import { describe, expect, it } from 'vitest'

import { readConfig } from '../lib/config.ts'

describe('readConfig', () => {
  it('reads exactly what is asked for, typed', () => {
    const env = { SESSION_SECONDS: '7200', WECHAT_API_URL: 'http://127.0.0.1:3100', STAGE: 'local' }
    expect(readConfig(env, ['SESSION_SECONDS', 'WECHAT_API_URL'])).toEqual({
      SESSION_SECONDS: 7200,
      WECHAT_API_URL: new URL('http://127.0.0.1:3100'),
    })
  })

  it('lists every problem at once, and none of the values', () => {
    const env = {
      SESSION_SECONDS: '10',
      WECHAT_API_URL: 'ftp://secret',
      WECHAT_MINI_APPID: '',
      ACCESS_TOKEN_MODE: 'fast',
    }
    const read = () =>
      readConfig(env, ['SESSION_SECONDS', 'WECHAT_API_URL', 'WECHAT_MINI_APPID', 'ACCESS_TOKEN_MODE', 'LINKS_TABLE'])
    expect(read).toThrow(
      expect.objectContaining({ name: 'ConfigError', problems: expect.objectContaining({ length: 5 }) }),
    )
    expect(read).toThrow(/SESSION_SECONDS must be a whole number from 300 to 2592000/)
    expect(read).not.toThrow(/ftp|fast/)
  })

  // They were read, and left out without a word where WeChat or our own API is called.
  it.each([
    ['WECHAT_API_URL', 'https://proxy.example.com/wechat'],
    ['WECHAT_API_URL', 'https://api.weixin.qq.com/?from=queqiao'],
    ['WECHAT_API_URL', 'https://name:password@proxy.example.com'],
    ['API_URL', 'https://api.example.com/prod?key=1'],
    ['API_URL', 'https://api.example.com/#top'],
    ['FILES_URL', 'https://name@files.example.com'],
  ] as const)('takes no part of an address that is not used: %s %s', (name, value) => {
    expect(() => readConfig({ [name]: value }, [name])).toThrow(`${name} must be an http or https URL`)
  })

  it.each([
    ['WECHAT_API_URL', 'https://api.weixin.qq.com'],
    ['WECHAT_API_URL', 'http://127.0.0.1:3100/'],
    ['API_URL', 'https://api.example.com/prod'],
    ['UPLOAD_URL', 'http://127.0.0.1:4567/queqiao-local-images'],
  ] as const)('takes an address that is used whole: %s %s', (name, value) => {
    expect(readConfig({ [name]: value }, [name])).toEqual({ [name]: new URL(value) })
  })
})
