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
})
