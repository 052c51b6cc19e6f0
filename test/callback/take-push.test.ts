import { describe, expect, it } from 'vitest'
import { decryptMessage, findEncrypted } from '../../lib/callback/cipher.ts'
import { sealReply } from '../../lib/callback/envelope.ts'
import { takePush } from '../../lib/callback/take-push.ts'
import { sign } from '../../local/wechat/signature.ts'
import {
  type Behaviour,
  callbackKeys,
  eventMessage,
  official,
  openCallback,
  openTarget,
  pushOf,
  replyText,
  serverKeys,
  targetOf,
  textMessage,
} from './behind-us.ts'

const stamp = { timestamp: '1', nonce: '2' }
const answering =
  (text: string): Behaviour =>
  (_call, response) =>
    void response.end(text)
const receipt = eventMessage('TEMPLATESENDJOBFINISH', '<MsgID>200163836</MsgID><Status>success</Status>')

describe('a push', () => {
  it('goes to those who listen to all, whether we use it or not, and each app’s own work is queued', async () => {
    const { deps, queued, clock, told } = openCallback([])
    for (const it of [textMessage('hi'), eventMessage('subscribe'), receipt])
      expect(await takePush(pushOf(it), deps, { at: clock.now })).toBe('success')
    const kept = { appid: official.appid, at: clock.now, hops: 0, to: 'subscribers' }
    expect(queued.passOn).toEqual(
      [textMessage('hi'), eventMessage('subscribe'), receipt].map(message => ({ ...kept, message })),
    )
    expect([queued.followers?.length, queued.receipts?.length, told]).toEqual([1, 1, []])
  })

  it('is only logged where nobody behind us takes it', async () => {
    const { deps, clock, told } = openCallback([])
    const { passOn, ...alone } = deps
    expect(await takePush(pushOf(textMessage('hi')), alone, { at: clock.now })).toBe('success')
    expect(told).toEqual([{ app: 'official', event: 'text' }])
  })

  it('that somebody may answer goes to the first server that does, byte for byte, and its reply to WeChat', async () => {
    const { got, url } = await openTarget(answering(replyText()))
    const { deps, queued, clock } = openCallback([targetOf(url), targetOf(url, { name: 'log', answers: false })])
    expect(await takePush(pushOf(textMessage('你好 <!DOCTYPE html>')), deps, { at: clock.now })).toBe(replyText())
    expect(got).toEqual([textMessage('你好 <!DOCTYPE html>')])
    expect(queued.passOn).toMatchObject([{ to: 'subscribers' }, { to: 'target', target: 'log' }])
  })

  it('to which WeChat takes no reply goes to servers by the queue, and nobody waits', async () => {
    const { got, url } = await openTarget()
    const { deps, queued, clock } = openCallback([targetOf(url)], false)
    expect(await takePush(pushOf(receipt), deps, { at: clock.now })).toBe('success')
    expect([got, queued.passOn]).toEqual([[], [expect.objectContaining({ to: 'target', target: 'crm' })]])
  })

  it.each(['plain', 'compatible', 'secure'] as const)(
    'is answered as it came, encrypted or not, whatever the mode of the server behind us: %s',
    async mode => {
      const { got, url } = await openTarget(
        answering(mode === 'plain' ? replyText() : sealReply(replyText(), serverKeys, stamp)),
      )
      const { deps, clock } = openCallback([targetOf(url, { mode })])
      expect(await takePush(pushOf(textMessage('hi')), deps, { at: clock.now })).toBe(replyText())
      const sealed = await takePush(pushOf(textMessage('hi'), true), deps, { at: clock.now })
      const [encrypted = ''] = findEncrypted(sealed)
      const field = (name: string) => new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]+)`).exec(sealed)?.[1] ?? ''
      expect(field('MsgSignature')).toBe(sign(callbackKeys.token, field('TimeStamp'), field('Nonce'), encrypted))
      expect(decryptMessage(encrypted, callbackKeys.encodingAesKey ?? '', official.appid)).toBe(replyText())
      const theirs =
        mode === 'plain'
          ? got[0]
          : decryptMessage(findEncrypted(got[0] ?? '')[0] ?? '', serverKeys.encodingAesKey, official.appid)
      expect(theirs).toBe(textMessage('hi'))
    },
  )
})

describe('a server behind us that has no reply', () => {
  it.each(['', 'success'])('may say so in an envelope, as SDKs do for an encrypted push: %j', async nothing => {
    const { url } = await openTarget(answering(sealReply(nothing, serverKeys, stamp)))
    const { deps, clock, told, failures } = openCallback([targetOf(url, { mode: 'secure' })])
    expect(await takePush(pushOf(textMessage('hi'), true), deps, { at: clock.now })).toBe('success')
    expect([failures(), told.filter(it => 'why' in it)]).toEqual([0, []])
  })
})

describe('what replies.json has', () => {
  const replies = { welcome: { text: 'welcome' } }
  const take = async (behave: Behaviour) => {
    const { url } = await openTarget(behave)
    const { deps, clock } = openCallback([targetOf(url)])
    return takePush(pushOf(eventMessage('subscribe')), { ...deps, replies }, { at: clock.now })
  }

  it('is answered where a server has no answer, or none in time, so that the account keeps its voice', async () => {
    const own = expect.stringContaining('<![CDATA[welcome]]>')
    expect([await take(answering('success')), await take(call => void call.socket.destroy())]).toEqual([own, own])
    expect(await take(answering(replyText()))).toBe(replyText())
  })
})

describe('a push that comes back to us', () => {
  it('is worked in and published, and goes to servers twice at most', async () => {
    const { got, url } = await openTarget()
    const { deps, queued, clock, told } = openCallback([targetOf(url)])
    for (const hops of [0, 1, 2, 3])
      await takePush({ ...pushOf(eventMessage('subscribe')), hops }, deps, { at: clock.now })
    expect([got.length, queued.followers?.length, queued.passOn?.length]).toEqual([2, 4, 4])
    expect(told).toMatchObject([
      { event: 'push.looped', hops: 2 },
      { event: 'push.looped', hops: 3 },
    ])
  })
})

describe('a server behind us that fails', () => {
  it.each([
    ['answers what WeChat would not take', answering('<html>oops</html>'), 'it is neither success nor a message'],
    ['answers for somebody else', answering(replyText('oOther')), 'it is for somebody else'],
    ['answers 10 MB', answering('x'.repeat(10_000_000)), 'too-large'],
    ['hangs up', (call => void call.socket.destroy()) as Behaviour, 'unreachable'],
    [
      'redirects',
      ((_c, response) => void response.writeHead(302, { location: 'http://127.0.0.1/' }).end()) as Behaviour,
      'status',
    ],
  ])('and %s costs WeChat’s answer nothing, and our own work neither', async (_, behave, why) => {
    const { url } = await openTarget(behave)
    const { deps, queued, clock, told, failures } = openCallback([targetOf(url)])
    expect(await takePush(pushOf(eventMessage('subscribe')), deps, { at: clock.now })).toBe('success')
    expect(queued.followers).toHaveLength(1)
    expect(told).toEqual([
      expect.objectContaining({ event: 'push.not-forwarded', app: 'official', target: 'crm', why }),
    ])
    expect(failures()).toBe(1)
  })

  // WeChat got an error for each push, though our own work was done, and after some of them pushed nothing.
  it.each(['compatible', 'secure'] as const)('and has no key for its mode %s costs them nothing either', async mode => {
    const { got, url } = await openTarget()
    const { deps, queued, clock, told } = openCallback([targetOf(url, { mode })])
    const { encodingAesKey: _, ...keyless } = serverKeys
    const withoutKey = { ...deps, keysOf: async () => keyless }
    expect(await takePush(pushOf(eventMessage('subscribe')), withoutKey, { at: clock.now })).toBe('success')
    expect([got, queued.followers?.length]).toEqual([[], 1])
    expect(told).toMatchObject([{ event: 'push.not-forwarded', why: 'no-key' }])
  })

  it('has what is left of the four seconds since the push came', async () => {
    const { url } = await openTarget(() => {})
    const { deps, clock, told } = openCallback([targetOf(url)])
    expect(await takePush(pushOf(textMessage('hi')), deps, { at: clock.now - 3950 })).toBe('success')
    expect(told).toMatchObject([{ why: 'timeout' }])
  })

  it('is not called at all once the four seconds are over', async () => {
    const { url, got } = await openTarget()
    const { deps, clock, told } = openCallback([targetOf(url)])
    for (const late of [4000, 60_000])
      expect(await takePush(pushOf(textMessage('hi')), deps, { at: clock.now - late })).toBe('success')
    expect([told, got]).toEqual([
      [expect.objectContaining({ why: 'timeout' }), expect.objectContaining({ why: 'timeout' })],
      [],
    ])
  })

  it('three times in a row is left alone for a minute, which is counted and said once', async () => {
    const { url, got } = await openTarget((call, response) => {
      if (got.length > 3) response.end(replyText())
      else call.socket.destroy()
    })
    const { deps, clock, told, failures } = openCallback([targetOf(url)])
    const take = () => takePush(pushOf(textMessage('hi')), deps, { at: clock.now })
    for (let n = 0; n < 10; n++) await take()
    expect([got.length, failures(), told.length, told.at(-1)]).toEqual([
      3,
      10,
      3,
      expect.objectContaining({ rests: true }),
    ])
    clock.now += 60_000
    expect([await take(), await take(), failures()]).toEqual([replyText(), replyText(), 10])
  })

  it('does not hide that our own queue failed: WeChat then sends the push again', async () => {
    const { url } = await openTarget(answering(replyText()))
    const { deps, clock } = openCallback([targetOf(url)])
    const followers = { push: () => Promise.reject(new Error('SQS is away')) }
    await expect(
      takePush(pushOf(eventMessage('subscribe')), { ...deps, followers }, { at: clock.now }),
    ).rejects.toThrow('SQS is away')
  })
})
