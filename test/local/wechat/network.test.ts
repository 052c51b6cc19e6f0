import { describe, expect, test } from 'vitest'
import type { AppName } from '../../../local/wechat/defaults.ts'
import { openTestBox } from './open-test-box.ts'

const helpers = [
  ['GET', '/cgi-bin/get_api_domain_ip'],
  ['GET', '/cgi-bin/getcallbackip'],
  ['POST', '/cgi-bin/callback/check'],
  ['GET', '/cgi-bin/menu/get'],
  ['POST', '/cgi-bin/message/custom/send'],
  ['POST', '/cgi-bin/message/custom/typing'],
] as const

async function openAsking(app: AppName = 'official') {
  const box = await openTestBox({ callback: { url: 'http://[::1]:9/callback' } })
  const query = `?access_token=${await box.token(app)}`
  return {
    box,
    get: async (path: string) => (await box.get(path + query)).text,
    post: async (path: string, body: object) => (await box.post(path + query, body)).json,
  }
}

test.each(helpers)('%s %s refuses a bad token and a missing one as every call does', async (method, path) => {
  const box = await openTestBox()
  const ask = async (query: string) =>
    (await (method === 'GET' ? box.get(path + query) : box.post(path + query, {}))).json
  expect(await ask('?access_token=x')).toMatchObject({
    errcode: 40001,
    errmsg: expect.stringContaining('getStableAccessToken'),
  })
  expect(await ask('')).toMatchObject({ errcode: 41001 })
})

test('addresses are listed without errcode, and networks with an escaped slash', async () => {
  const { get } = await openAsking('mini')
  expect(await get('/cgi-bin/get_api_domain_ip')).toBe('{"ip_list":["127.0.0.1"]}')
  expect(await get('/cgi-bin/getcallbackip')).toBe('{"ip_list":["127.0.0.0\\/8"]}')
})

describe('callback/check', () => {
  const dns = [{ ip: '::1', real_operator: 'DEFAULT' }]
  const ping = [{ ip: '::1', from_operator: 'DEFAULT', package_loss: '0%', time: expect.stringMatching(/ms$/) }]
  test.each([
    ['dns', { dns }],
    ['ping', { ping }],
    ['all', { dns, ping }],
  ])('of %s finds the receiver', async (action, found) => {
    const { post } = await openAsking()
    expect(await post('/cgi-bin/callback/check', { action, check_operator: 'DEFAULT' })).toEqual(found)
  })

  test('refuses what it does not know', async () => {
    const { box, post } = await openAsking()
    const check = (action: string, operator: string) =>
      post('/cgi-bin/callback/check', { action, check_operator: operator })
    expect(await check('trace', 'DEFAULT')).toMatchObject({ errcode: 40202 })
    expect(await check('all', 'NOBODY')).toMatchObject({ errcode: 40203 })
    await box.control('/callback', { url: null })
    expect(await check('all', 'DEFAULT')).toMatchObject({ errcode: 40201 })
  })
})

test('there is no menu', async () => {
  const { get } = await openAsking()
  expect(await get('/cgi-bin/menu/get')).toMatch(/^\{"errcode":46003,"errmsg":"menu no exist rid: /)
})
