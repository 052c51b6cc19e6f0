import fc from 'fast-check'
import { expect } from 'vitest'

import { openClient } from '../../kit/app.ts'
import type { Answer } from '../../lib/adapters/wechat/transport.ts'
import { TransportError, WeChatError } from '../../lib/errors.ts'
import { isId } from '../../lib/identifiers.ts'
import { canary, leaksIn } from '../canary.ts'
import { id, officialAppid } from '../ids.ts'
import recorded from '../wechat/recorded-responses.json' with { type: 'json' }
import { fuzz, mutatedText } from './fuzz.ts'

const { accessToken, appsecret, openid, code } = canary
const unionid = id('uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ')

/** The client, which WeChat answers so. */
function clientOf(answer: Answer) {
  const now = () => 1_767_225_600_000
  return openClient({ appid: officialAppid, appsecret: async () => appsecret, transport: async () => answer, now })
}
type Client = ReturnType<typeof clientOf>
const message = { openid, templateId: 't', data: {}, clientMsgId: 'c' } as const

/** Each call, what WeChat answers to it on a good day, and what its answer must be. */
const calls: readonly { good: string; ask: (client: Client) => Promise<unknown>; holds: (answer: never) => void }[] = [
  {
    good: '{"access_token":"83_abc","expires_in":7200}',
    ask: it => it.fetchAccessToken(),
    holds(it: Awaited<ReturnType<Client['fetchAccessToken']>>) {
      expect([it.accessToken.length > 0, it.expiresInSeconds >= 1, it.expiresInSeconds <= 86_400]).not.toContain(false)
    },
  },
  {
    good: `{"session_key":"k","openid":"${openid}","unionid":"${unionid}"}`,
    ask: it => it.exchangeCode(code),
    holds(it: Awaited<ReturnType<Client['exchangeCode']>>) {
      expect([isId(it.miniOpenid), it.unionid === undefined || isId(it.unionid)]).toEqual([true, true])
    },
  },
  {
    good: `{"total":2,"count":2,"data":{"openid":["${openid}","oB"]},"next_openid":"oB"}`,
    ask: it => it.followerPage(accessToken as never),
    holds(it: Awaited<ReturnType<Client['followerPage']>>) {
      expect(it.openids.every(isId)).toBe(true)
      expect(it.next === undefined || isId(it.next)).toBe(true)
    },
  },
  {
    good: `{"user_info_list":[{"subscribe":1,"openid":"${openid}","subscribe_time":1767225600,"unionid":"${unionid}"},{"subscribe":0,"openid":"oB"}]}`,
    ask: it => it.followerInfo(accessToken as never, [openid, id('oB')]),
    holds(all: Awaited<ReturnType<Client['followerInfo']>>) {
      for (const it of all)
        expect([isId(it.openid), it.unionid === undefined || isId(it.unionid)]).toEqual([true, true])
    },
  },
  {
    good: '{"errcode":0,"errmsg":"ok","msgid":3599307433715204104}',
    ask: it => it.sendTemplate(accessToken as never, message),
    holds: (msgid: string | undefined) => expect(msgid ?? '1').toMatch(/^\d{1,20}$/),
  },
  {
    good: '{"errcode":0,"quota":{"daily_limit":100,"used":3,"remain":97},"rate_limit":{"call_count":5,"refresh_second":60}}',
    ask: it => it.quota(accessToken as never, '/cgi-bin/user/get'),
    holds: (it: Awaited<ReturnType<Client['quota']>>) =>
      expect(Math.min(it.limit, it.used, it.remain)).toBeGreaterThanOrEqual(0),
  },
  {
    good: '{"template_list":[{"template_id":"t","title":"T","content":"{{thing1.DATA}}"}]}',
    ask: it => it.accountTemplates(accessToken as never),
    holds: (all: Awaited<ReturnType<Client['accountTemplates']>>) =>
      expect(all.every(it => typeof it.content === 'string')).toBe(true),
  },
  {
    good: '{"errcode":0,"errmsg":"ok","trace_id":"65112232-35da441e-28f02baf"}',
    ask: it =>
      it.mediaCheckAsync(accessToken as never, {
        mediaUrl: 'https://example.com/a?secret=1',
        openid: openid as never,
        scene: 4,
      }),
    holds: (traceId: string) => expect(traceId).toMatch(/^[\w-]{1,128}$/),
  },
]

const words = [
  ...[...'",{}[]:\\\n\0\ufeff', 'null', '""', '-1', '0', '1e999', '"errcode":40001,', '9'.repeat(20)],
  ...[accessToken, appsecret, openid, code, `"errmsg":"${accessToken} ${appsecret}",`],
  ...['rid: 65112232-35da441e-28f02baf', '<html>'],
]
/** What was recorded says something of the canaries, now and then, as an errmsg may. */
const seen = fc
  .tuple(fc.constantFrom(...recorded.map(it => it.body ?? '')), fc.constantFrom('', accessToken, appsecret, openid))
  .map(([body, more]) => body.replace('"errmsg":"', `"errmsg":"${more} `))
const status = fc.oneof(
  { weight: 9, arbitrary: fc.constant(200) },
  { weight: 1, arbitrary: fc.constantFrom(0, 204, 412, 502) },
)
const inputs = fc.constantFrom(...calls).chain(call =>
  fc.record({
    call: fc.constant(call),
    status,
    body: mutatedText(
      fc.oneof({ weight: 2, arbitrary: fc.constant(call.good) }, { weight: 1, arbitrary: seen }),
      words,
      2,
    ),
  }),
)

async function take({ call, status, body }: typeof inputs extends fc.Arbitrary<infer T> ? T : never): Promise<boolean> {
  try {
    const answer = await call.ask(clientOf({ status, body: Buffer.from(body) }))
    call.holds(answer as never)
    return true
  } catch (error) {
    if (!(error instanceof WeChatError || error instanceof TransportError)) throw error
    expect(leaksIn(error.message, [accessToken, appsecret, code])).toEqual([])
    expect(error.message.length).toBeLessThan(500)
    return false
  }
}

fuzz('what WeChat answers is read, or told as a refusal or a failure, and gives no secret away', inputs, take)
