import { describe, expect, test } from 'vitest'
import { field, textField } from '../../../local/wechat/json.ts'
import { openTestBox, type TestBox } from './open-test-box.ts'

async function openScanning() {
  const box = await openTestBox()
  await box.control('/callback', { hold: true, mode: 'plain' })
  return { box, token: await box.token(), who: await box.person() }
}

const create = async (box: TestBox, token: string, body: object) =>
  (await box.post(`/cgi-bin/qrcode/create?access_token=${token}`, body)).json
const temporary = (scene: string, expire_seconds?: number) => ({
  ...(expire_seconds === undefined ? {} : { expire_seconds }),
  ...{ action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: scene } } },
})
const numbered = (action_name: string, scene_id: unknown) => ({ action_name, action_info: { scene: { scene_id } } })

async function held(box: TestBox): Promise<string[]> {
  const events = field(await box.control('/callbacks'), 'held')
  return Array.isArray(events) ? events.map(it => textField(it, 'plain')) : []
}

describe('qrcode/create', () => {
  test('makes temporary codes, of 60 seconds unless told otherwise, and permanent ones', async () => {
    const { box, token } = await openScanning()
    const ticket = expect.stringMatching(/^gQ/)
    const url = expect.stringMatching(/^http:\/\/weixin\.qq\.com\/q\//)
    expect(await create(box, token, temporary('shop', 3600))).toEqual({ ticket, expire_seconds: 3600, url })
    expect(await create(box, token, temporary('shop'))).toEqual({ ticket, expire_seconds: 60, url })
    expect(await create(box, token, numbered('QR_SCENE', 4_294_967_295))).toEqual({ ticket, expire_seconds: 60, url })
    const lasting = await create(box, token, numbered('QR_LIMIT_SCENE', 100_000))
    expect(lasting).toEqual({ ticket, url })
    expect(await create(box, token, numbered('QR_LIMIT_SCENE', 100_000))).toEqual(lasting)
  })

  test.each([
    [40052, { action_name: 'QR_SCENES', action_info: {} }],
    [40053, temporary('')],
    [40053, temporary('x'.repeat(65))],
    [40053, temporary('shop', 0)],
    [40053, temporary('shop', 2_592_001)],
    [40053, numbered('QR_SCENE', 0)],
    [40053, numbered('QR_SCENE', 4_294_967_296)],
    [40053, numbered('QR_SCENE', '5')],
    [40053, numbered('QR_LIMIT_SCENE', 100_001)],
  ])('refuses with %i %j', async (errcode, body) => {
    const { box, token } = await openScanning()
    expect(await create(box, token, body)).toMatchObject({ errcode })
  })

  test('is for Official Accounts', async () => {
    const { box } = await openScanning()
    expect(await create(box, await box.token('mini'), temporary('shop'))).toMatchObject({ errcode: 48001 })
  })
})

describe('a person who scans', () => {
  test('follows by it, with the scene behind qrscene_; and as a follower causes SCAN', async () => {
    const { box, token, who } = await openScanning()
    const code = await create(box, token, temporary('shop-12', 3600))
    const [ticket, url] = [textField(code, 'ticket'), textField(code, 'url')]
    await box.control(`/people/${who.id}/scan`, { ticket })
    await box.control(`/people/${who.id}/scan`, { url })
    const [subscribe = '', scan = ''] = await held(box)
    for (const text of ['<![CDATA[subscribe]]>', '<EventKey><![CDATA[qrscene_shop-12]]>', `<![CDATA[${ticket}]]>`]) {
      expect(subscribe).toContain(text)
    }
    for (const text of ['<![CDATA[SCAN]]>', '<EventKey><![CDATA[shop-12]]>', `<![CDATA[${ticket}]]>`]) {
      expect(scan).toContain(text)
    }
    const info = (await box.get(`/cgi-bin/user/info?access_token=${token}&openid=${who.openid}`)).json
    expect(info).toMatchObject({ subscribe: 1, qr_scene_str: 'shop-12' })
  })

  test('finds no code that has expired by the box’s clock, and none that never was', async () => {
    const { box, token, who } = await openScanning()
    const ticket = textField(await create(box, token, temporary('shop', 60)), 'ticket')
    const picture = `/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`
    expect(await box.get(picture)).toMatchObject({ status: 200, text: expect.stringContaining('<svg') })
    await box.control('/clock', { advance: 60_000 })
    await expect(box.control(`/people/${who.id}/scan`, { ticket })).rejects.toThrow('expired')
    await expect(box.control(`/people/${who.id}/scan`, { scene: 'else' })).rejects.toThrow('no such code')
    await expect(box.control(`/people/${who.id}/scan`, {})).rejects.toThrow('give one of')
    expect((await box.get(picture)).status).toBe(404)
    expect(await held(box)).toEqual([])
  })
})
