/** Passive replies: which answers are one in which mode, and what reaches the phone. */
import { describe, expect, test, vi } from 'vitest'
import { openChat } from '../../../kit/chat.ts'
import { field } from '../../../local/wechat/json.ts'
import { failureNotice } from '../../../local/wechat/phone-side.ts'
import { patience } from '../../patience.ts'
import { messageIn, replyTo, seal, text } from './answers.ts'
import { openTestBox, type TestBox } from './open-test-box.ts'
import { openReceiver, type Reaction, type Received } from './receiver.ts'

type Mode = 'plain' | 'compatible' | 'secure'

async function openConversation(mode: Mode, ...reactions: Reaction[]) {
  const receiver = await openReceiver(...reactions)
  const box = await openTestBox({ callback: { mode, url: receiver.url } })
  const person = await box.person({ following: true })
  return { box, receiver, person, ...openChat(box.control, person.id) }
}

/** The log of deliveries once it has so many. */
async function outcomes(box: TestBox, count: number): Promise<unknown[]> {
  return vi.waitFor(async () => {
    const deliveries = field(await box.control('/callbacks'), 'deliveries')
    if (!Array.isArray(deliveries) || deliveries.length < count) throw new Error('not yet')
    return deliveries.map(it => field(it, 'outcome'))
  }, patience)
}

async function chat(box: TestBox, person: number, count: number): Promise<unknown[]> {
  return vi.waitFor(async () => {
    const entries = await openChat(box.control, person).entries()
    if (entries.length < count) throw new Error('not yet')
    return entries
  }, patience)
}

const plainText = (received: Received) => replyTo(received, text('好'.repeat(600)))
const inMilliseconds = (received: Received) =>
  plainText(received).replace(/<CreateTime>.*<\/CreateTime>/, '<CreateTime>1795924800000</CreateTime>')
const sealedText = (received: Received) => seal(plainText(received))

describe('an answer', () => {
  test.each<[Mode, string, (received: Received) => string]>([
    ['plain', 'a message', plainText],
    ['compatible', 'a message', plainText],
    // As co-wechat writes it.
    ['plain', 'a message with its time in milliseconds', inMilliseconds],
    ['compatible', 'an encrypted message', sealedText],
    ['secure', 'an encrypted message', sealedText],
  ])('in %s mode may be %s, and is on the phone after one delivery', async (mode, _, answer) => {
    const { box, receiver, person, write } = await openConversation(mode, answer)
    await write('hello')
    const [, reply] = await chat(box, person.id, 2)
    const content = '好'.repeat(600)
    expect(reply).toMatchObject({ from: 'account', by: 'reply', type: 'text', content, event: 'e1', app: 'official' })
    expect(await outcomes(box, 1)).toEqual(['accepted'])
    expect(receiver.received).toHaveLength(1)
  })

  const swapped = (received: Received) => plainText(received).replaceAll('ToUserName', 'FromUserName')
  test.each<[Mode, string, (received: Received) => string]>([
    ['plain', 'an encrypted message', sealedText],
    ['secure', 'a plain message', plainText],
    ['secure', 'a message signed with another Token', received => seal(plainText(received), { token: 'another' })],
    ['secure', 'a message for another key', received => seal(plainText(received), { aesKey: 'A'.repeat(43) })],
    ['secure', 'a message for another app', received => seal(plainText(received), { appid: 'wx0000000000000000' })],
    ['compatible', 'a message that somebody else signed', received => sealedText(received).replace('[7]', '[8]')],
    ['plain', 'a message to nobody', received => plainText(received).replace(/<ToUserName>.*<\/ToUserName>/, '')],
    ['plain', 'a message with the names as they came', swapped],
    [
      'plain',
      'a message without its time',
      received => plainText(received).replace(/<CreateTime>.*<\/CreateTime>/, ''),
    ],
    ['plain', 'XML that is cut', received => plainText(received).slice(0, 300)],
    ['plain', 'a document type', received => `<!DOCTYPE xml>${plainText(received)}`],
    ['plain', 'JSON', received => JSON.stringify({ MsgType: 'text', Content: messageIn(received) })],
    ['plain', 'a page', () => '<html></html>'],
  ])('in %s mode is no answer as %s', async (mode, _, answer) => {
    const { box, person, write } = await openConversation(mode, answer, answer, answer)
    await write('hello')
    const [, notice] = await chat(box, person.id, 2)
    expect(await outcomes(box, 3)).toEqual(['refused', 'refused', 'refused'])
    expect(notice).toMatchObject({ from: 'wechat', by: 'notice', content: failureNotice, event: 'e1' })
  })

  test('that comes in time at the second try leaves no notice', async () => {
    const { box, person, write } = await openConversation('plain', { status: 500 }, plainText)
    await write('hello')
    expect(await outcomes(box, 2)).toEqual(['refused', 'accepted'])
    expect(await chat(box, person.id, 2)).toMatchObject([{ by: 'phone' }, { by: 'reply' }])
  })

  test.each([['success'], ['']])('"%s" is silent', async body => {
    const { box, person, write } = await openConversation('plain', { body })
    await write('hello')
    expect(await outcomes(box, 1)).toEqual(['accepted'])
    expect(await chat(box, person.id, 1)).toHaveLength(1)
  })
})

describe('a reply', () => {
  const media = (element: string) => `<${element}><MediaId><![CDATA[m1]]></MediaId></${element}>`
  const item = '<item><Title>A &amp; B</Title><Description/><PicUrl>p</PicUrl><Url><![CDATA[u?a&b]]></Url></item>'
  const article = { title: 'A & B', description: '', picUrl: 'p', url: 'u?a&b' }
  const news = (count: number) =>
    `<MsgType>news</MsgType><ArticleCount>${count}</ArticleCount><Articles>${item.repeat(count)}</Articles>`
  const music = '<MusicUrl>u</MusicUrl><HQMusicUrl>h</HQMusicUrl><ThumbMediaId>t</ThumbMediaId>'

  test.each([
    [text('a]]]]><![CDATA[>b'), { type: 'text', content: 'a]]>b' }],
    [`<MsgType>image</MsgType>${media('Image')}`, { type: 'image', mediaId: 'm1' }],
    [`<MsgType>voice</MsgType>${media('Voice')}`, { type: 'voice', mediaId: 'm1' }],
    [
      `<MsgType>video</MsgType><Video><MediaId>m</MediaId><Title>t</Title></Video>`,
      { type: 'video', mediaId: 'm', title: 't' },
    ],
    [
      `<MsgType>music</MsgType><Music>${music}</Music>`,
      { type: 'music', musicUrl: 'u', hqMusicUrl: 'h', thumbMediaId: 't' },
    ],
    [news(3), { type: 'news', articles: [article] }],
    [
      '<MsgType>transfer_customer_service</MsgType><TransInfo><KfAccount>a@b</KfAccount></TransInfo>',
      { type: 'transfer_customer_service', kfAccount: 'a@b' },
    ],
  ])('to a message may be %j', async (parts, entry) => {
    const { box, person, write } = await openConversation('plain', received => replyTo(received, parts))
    await write('hello')
    const about = { app: 'official', person: person.id, openid: person.openid, event: 'e1', at: expect.any(Number) }
    expect((await chat(box, person.id, 2))[1]).toEqual({ ...about, from: 'account', by: 'reply', ...entry })
  })

  test.each([
    [text('')],
    ['<MsgType>image</MsgType>'],
    ['<MsgType>image</MsgType><Image><MediaId/></Image>'],
    ['<MsgType>music</MsgType><Music><Title>t</Title></Music>'],
    [news(2).replace('<ArticleCount>2', '<ArticleCount>3')],
    [news(0)],
    ['<MsgType>link</MsgType>'],
  ])('cannot be %s', async parts => {
    const answer = (received: Received) => replyTo(received, parts)
    const { box, person, write } = await openConversation('plain', answer, answer, answer)
    await write('hello')
    expect((await chat(box, person.id, 2))[1]).toMatchObject({ by: 'notice' })
  })

  test('to an event may have eight articles', async () => {
    const { box, person, tap } = await openConversation('plain', received => replyTo(received, news(9)))
    await tap('k')
    expect((await chat(box, person.id, 1))[0]).toMatchObject({ articles: Array(8).fill(article) })
  })

  test('reaches nobody who left meanwhile, and no receipt can be answered', async () => {
    const { box, person } = await openConversation('plain', plainText, plainText)
    await box.control(`/people/${person.id}/unfollow`, {})
    expect(await outcomes(box, 1)).toEqual(['accepted'])
    await box.control(`/people/${person.id}/follow`, { silent: true })
    await box.control('/callback/send', { person: person.id, event: 'TEMPLATESENDJOBFINISH' })
    expect(await outcomes(box, 2)).toEqual(['accepted', 'accepted'])
    expect(await chat(box, person.id, 0)).toEqual([])
  })
})

test('a failed menu button has the notice, a failed follow has none', async () => {
  const { box, person, tap } = await openConversation('plain', ...Array(6).fill({ status: 500 }))
  await box.control(`/people/${person.id}/follow`, {})
  await outcomes(box, 3)
  await tap('k')
  await outcomes(box, 6)
  expect(await chat(box, person.id, 1)).toMatchObject([{ by: 'notice', event: 'e2' }])
})

describe('MarkFail', () => {
  const state = async (box: TestBox) => field(await box.control(''), 'callback')

  test('comes of messages that failed, and what is written meanwhile is in the chat and nowhere else', async () => {
    const { box, receiver, person, write } = await openConversation(
      'plain',
      ...Array(6).fill({ body: 'failed' }),
      plainText,
    )
    await box.control('/callback', { markFailAfter: 2 })
    await write('1')
    await outcomes(box, 3)
    expect(await state(box)).toMatchObject({ failures: 1, markedUntil: null })
    await write('2')
    await outcomes(box, 6)
    expect(await state(box)).toMatchObject({ failures: 0, markedUntil: expect.any(Number) })
    await write('3')
    expect((await outcomes(box, 7)).at(-1)).toBe('dropped')
    expect(receiver.received).toHaveLength(6)
    const notices = [{ content: '1' }, { by: 'notice' }, { content: '2' }, { by: 'notice' }]
    expect(await chat(box, person.id, 5)).toMatchObject([...notices, { content: '3' }])
    box.tick(60_000)
    await write('4')
    expect(await chat(box, person.id, 7)).toMatchObject([
      ...notices,
      { content: '3' },
      { content: '4' },
      { by: 'reply' },
    ])
  })

  test('is as far away as before after a valid reply', async () => {
    const bad = Array(3).fill({ status: 500 })
    const { box, write } = await openConversation('secure', ...bad, sealedText, ...bad)
    await box.control('/callback', { markFailAfter: 2 })
    await write('1')
    await outcomes(box, 3)
    await write('2')
    await outcomes(box, 4)
    await write('3')
    await outcomes(box, 7)
    expect(await state(box)).toMatchObject({ failures: 1, markedUntil: null })
  })
})
