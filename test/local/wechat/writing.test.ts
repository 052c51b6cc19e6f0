/** What people write and tap: how it is pushed, and how it stands in the chat. */
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { defaultAccounts } from '../../../local/wechat/defaults.ts'
import { elementIn } from './answers.ts'
import { goodData, noon, openTestBox, template } from './open-test-box.ts'
import { openReceiver } from './receiver.ts'

const { originalId } = defaultAccounts.official

async function openWriting() {
  const receiver = await openReceiver()
  const box = await openTestBox({ callback: { mode: 'plain', url: receiver.url } })
  const person = await box.person({ following: true })
  const act = (how: string, body: object) => box.control(`/people/${person.id}/${how}`, body)
  /** What was pushed after the common elements. */
  const pushed = async (count: number) => {
    await receiver.until(count)
    const names = `<ToUserName><![CDATA[${originalId}]]></ToUserName><FromUserName><![CDATA[${person.openid}]]></FromUserName>`
    const start = `<xml>${names}<CreateTime>${noon / 1000}</CreateTime>`
    return receiver.received.map(({ body }) => {
      expect(body.startsWith(start)).toBe(true)
      return body.slice(start.length, -'</xml>'.length)
    })
  }
  return { box, receiver, person, act, pushed }
}

const cdata = (name: string, text: string) => `<${name}><![CDATA[${text}]]></${name}>`
const place = { latitude: 31.2, longitude: -121.5, scale: 20, label: '上海' }

describe('a message', () => {
  test.each([
    [{ content: 'hello' }, cdata('MsgType', 'text') + cdata('Content', 'hello')],
    [
      { content: '满意', bizmsgmenuid: '101' },
      cdata('MsgType', 'text') + cdata('Content', '满意') + cdata('bizmsgmenuid', '101'),
    ],
    [
      { type: 'image', picUrl: 'p', mediaId: 'm' },
      cdata('MsgType', 'image') + cdata('PicUrl', 'p') + cdata('MediaId', 'm'),
    ],
    [
      { type: 'voice', mediaId: 'm', format: 'speex', recognition: '你好' },
      cdata('MsgType', 'voice') + cdata('MediaId', 'm') + cdata('Format', 'speex') + cdata('Recognition', '你好'),
    ],
    [
      { type: 'video', mediaId: 'm', thumbMediaId: 't' },
      cdata('MsgType', 'video') + cdata('MediaId', 'm') + cdata('ThumbMediaId', 't'),
    ],
    [
      { type: 'shortvideo', mediaId: 'm', thumbMediaId: 't' },
      cdata('MsgType', 'shortvideo') + cdata('MediaId', 'm') + cdata('ThumbMediaId', 't'),
    ],
    [
      { type: 'location', ...place },
      `${cdata('MsgType', 'location')}<Location_X>31.2</Location_X><Location_Y>-121.5</Location_Y><Scale>20</Scale>${cdata('Label', '上海')}`,
    ],
    [
      { type: 'link', title: 't', description: 'd', url: 'u' },
      cdata('MsgType', 'link') + cdata('Title', 't') + cdata('Description', 'd') + cdata('Url', 'u'),
    ],
  ])('is pushed with its number: %j', async (message, parts) => {
    const { box, person, act, pushed } = await openWriting()
    const written = await act('write', message)
    const [body = ''] = await pushed(1)
    const msgid = elementIn(body, 'MsgId')
    expect(BigInt(msgid)).toBeGreaterThan(2n ** 53n)
    expect(body).toBe(`${parts}<MsgId>${msgid}</MsgId>`)
    expect(written).toEqual({ event: 'e1', msgid })
    const about = { app: 'official', person: person.id, openid: person.openid, at: noon, event: 'e1', msgid }
    const { bizmsgmenuid: _, ...content } = { bizmsgmenuid: '', ...message }
    const entry = { ...about, from: 'person', by: 'phone', type: 'text', ...content }
    expect(await box.control(`/people/${person.id}/chat`)).toEqual([entry])
  })

  test.each(['image', 'voice', 'video', 'shortvideo', 'location', 'link'])('of type %s needs no more', async type => {
    const { act, pushed } = await openWriting()
    await act('write', { type })
    expect((await pushed(1))[0]).toContain(cdata('MsgType', type))
  })

  test.each([
    ['😀 ]]> 𠮷'],
    ['<!DOCTYPE html><p>&lt;'],
    ['<!ENTITY x "y">]]></Content>'],
    [']]>'.repeat(50)],
    ['line\nline\ttab'],
  ])('with the text %j is well formed, and the same', async content => {
    const { act, receiver } = await openWriting()
    await act('write', { content })
    await receiver.until(1)
    const body = receiver.received[0]?.body ?? ''
    expect(XMLValidator.validate(body)).toBe(true)
    expect(new XMLParser({ trimValues: false }).parse(body)).toMatchObject({ xml: { Content: content } })
  })

  test('is without what XML cannot hold', async () => {
    const { act, pushed } = await openWriting()
    await act('write', { content: 'a\u0001\u0000b\uD800c\uFFFF' })
    expect((await pushed(1))[0]).toContain(cdata('Content', 'abc'))
  })
})

describe('a tap', () => {
  const sent = (event: string) => cdata('MsgType', 'event') + cdata('Event', event) + cdata('EventKey', 'k')
  const scan = `<ScanCodeInfo>${cdata('ScanType', 'barcode')}${cdata('ScanResult', 'CODE_39,1')}</ScanCodeInfo>`

  test.each([
    [{ key: 'k' }, sent('CLICK')],
    [{ event: 'VIEW', key: 'k', menuId: '33' }, `${sent('VIEW')}<MenuId>33</MenuId>`],
    [{ event: 'view_miniprogram', key: 'k', menuId: '33' }, `${sent('view_miniprogram')}<MenuId>33</MenuId>`],
    [{ event: 'scancode_push', key: 'k', scanType: 'barcode', scanResult: 'CODE_39,1' }, sent('scancode_push') + scan],
    [
      { event: 'scancode_waitmsg', key: 'k', scanType: 'barcode', scanResult: 'CODE_39,1' },
      sent('scancode_waitmsg') + scan,
    ],
  ])('is pushed as an event: %j', async (tap, body) => {
    const { box, person, act, pushed } = await openWriting()
    expect(await act('tap', tap)).toEqual({ event: 'e1', messages: [] })
    expect(await pushed(1)).toEqual([body])
    expect(await box.control(`/people/${person.id}/chat`)).toEqual([])
  })

  test.each(['pic_sysphoto', 'pic_photo_or_album', 'pic_weixin'])('%s also sends the pictures', async event => {
    const { box, person, act, pushed } = await openWriting()
    expect(await act('tap', { event, key: 'k', pictures: 2 })).toMatchObject({ messages: [{}, {}] })
    const bodies = (await pushed(3)).toSorted((a, b) => b.length - a.length)
    expect(bodies.find(body => body.startsWith(sent(event)))).toMatch(
      /<SendPicsInfo><Count>2<\/Count><PicList>(<item><PicMd5Sum><!\[CDATA\[[0-9a-f]{32}\]\]><\/PicMd5Sum><\/item>){2}<\/PicList><\/SendPicsInfo>$/,
    )
    expect(bodies.filter(body => body.startsWith(cdata('MsgType', 'image')))).toHaveLength(2)
    expect(await box.control(`/people/${person.id}/chat`)).toMatchObject([{ type: 'image' }, { type: 'image' }])
  })

  test('location_select also sends the place', async () => {
    const { box, person, act, pushed } = await openWriting()
    await act('tap', { event: 'location_select', key: 'k', ...place, poiname: 'p' })
    const numbers = cdata('Location_X', '31.2') + cdata('Location_Y', '-121.5') + cdata('Scale', '20')
    const info = `<SendLocationInfo>${numbers}${cdata('Label', '上海')}${cdata('Poiname', 'p')}</SendLocationInfo>`
    expect(await pushed(2)).toContain(sent('location_select') + info)
    expect(await box.control(`/people/${person.id}/chat`)).toMatchObject([{ type: 'location', ...place }])
  })
})

test('a position is an event', async () => {
  const { act, pushed } = await openWriting()
  await act('position', { latitude: 1.5, longitude: 2.5, precision: 65 })
  const numbers = '<Latitude>1.5</Latitude><Longitude>2.5</Longitude><Precision>65</Precision>'
  expect(await pushed(1)).toEqual([cdata('MsgType', 'event') + cdata('Event', 'LOCATION') + numbers])
})

test.each([
  ['write', { content: 'x' }],
  ['tap', { key: 'k' }],
  ['position', {}],
])('only a follower can %s', async (how, body) => {
  const { box, receiver, person, act } = await openWriting()
  await box.control(`/people/${person.id}/unfollow`, { silent: true })
  const answer = await box.post(`/_box/people/${person.id}/${how}`, body)
  expect(answer).toMatchObject({
    status: 409,
    json: { error: `person ${person.id} does not follow "official", and so cannot write to it` },
  })
  await box.control(`/people/${person.id}/follow`, { silent: true })
  await act(how, body)
  await receiver.until(1)
  expect(receiver.received).toHaveLength(1)
})

test.each([
  ['write', { type: 'carrier pigeon' }],
  ['write', {}],
  ['write', { type: 'location', latitude: 91 }],
  ['write', { content: 'x', app: 'mini' }],
  ['tap', {}],
  ['tap', { event: 'unsubscribe', key: 'k' }],
])('what makes no sense is refused: %s %j', async (how, body) => {
  const { box, person } = await openWriting()
  expect((await box.post(`/_box/people/${person.id}/${how}`, body)).status).toBe(400)
})

test('chats have template messages at their place, each account has its own, and all are one list', async () => {
  const { box, person, act } = await openWriting()
  await box.control('/apps', { name: 'brand', kind: 'official' })
  const other = await box.person({ following: ['official', 'brand'] })
  const send = async () =>
    box.post(`/cgi-bin/message/template/send?access_token=${await box.token()}`, {
      touser: person.openid,
      template_id: template.templateId,
      data: goodData,
    })
  await act('write', { content: '1' })
  await send()
  await act('write', { content: '2' })
  await box.control(`/people/${other.id}/write`, { content: '3' })
  await box.control(`/people/${other.id}/write`, { content: '4', app: 'brand' })
  await send()
  const one = { type: 'template', from: 'account', by: 'template', templateId: template.templateId }
  expect(await box.control(`/people/${person.id}/chat`)).toMatchObject([{ content: '1' }, one, { content: '2' }, one])
  expect(await box.control(`/people/${other.id}/chat?app=brand`)).toMatchObject([{ content: '4' }])
  const all = [{ content: '1' }, one, { content: '2' }, { content: '3' }, { content: '4' }, one]
  expect(await box.control('/chats')).toMatchObject(all)
  expect(await box.control('/chats?after=2&limit=2')).toMatchObject(all.slice(2, 4))
  expect(await box.control('/messages')).toHaveLength(2)
})
