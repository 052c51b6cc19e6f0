/**
 * As much of WeChat as the benches call, in a process of its own that spends as little as it can on an answer: the list of
 * followers and their unionids, tokens, messages, logins. Each answer comes after the same time. It counts calls and bytes.
 */

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import * as v from 'valibot'

import { openServer } from '../../kit/listen.ts'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'
import { createFollowers } from './followers.ts'

/** Calls by path, and the bytes of requests and answers, with their heads. */
export type WeChatCounts = {
  readonly calls: Readonly<Record<string, number>>
  readonly bytesIn: number
  readonly bytesOut: number
}

const [most, latencyMs] = process.argv.slice(2).map(Number)
const followers = createFollowers(most ?? 0)
const asked = v.object({ user_list: v.array(v.object({ openid: v.string() })) })
const token = JSON.stringify({ access_token: 'a'.repeat(136), expires_in: 7200 })
const enough = '{"errcode":0,"quota":{"daily_limit":1000000000,"used":0,"remain":1000000000}}'
let calls: Record<string, number> = {}
let aheadMs = 0
let sent = 1_000_000_000

const answers: Readonly<Record<string, (url: URL, body: string) => string>> = {
  '/cgi-bin/stable_token': () => token,
  '/cgi-bin/token': () => token,
  '/cgi-bin/openapi/quota/get': () => enough,
  '/cgi-bin/user/get': url => followers.page(url.searchParams.get('next_openid')),
  '/cgi-bin/user/info/batchget': (_url, body) =>
    followers.infos(v.parse(asked, JSON.parse(body)).user_list.map(it => it.openid)),
  '/cgi-bin/message/template/send': () => `{"errcode":0,"errmsg":"ok","msgid":${sent++}}`,
  '/cgi-bin/template/get_all_private_template': () => '{"template_list":[]}',
  '/cgi-bin/qrcode/create': () => '{"ticket":"a-ticket","expire_seconds":600,"url":"http://weixin.qq.com/q/bench"}',
  '/cgi-bin/get_current_selfmenu_info': () => '{"is_menu_open":0}',
  '/cgi-bin/get_current_autoreply_info': () => '{"is_add_friend_reply_open":0,"is_autoreply_open":0}',
  '/sns/jscode2session': () => '{"openid":"oFromACode","session_key":"a2V5","unionid":"uFromACode"}',
}

const { url } = await openServer(async (incoming, response) => {
  const body = await answer(incoming)
  setTimeout(() => {
    const date = new Date(Date.now() + aheadMs).toUTCString()
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), date })
    response.end(body)
  }, latencyMs)
})
openPeer(process, { wechat: { url: () => url, usage, change: followers.change, counts, setClock } })
endWithParent()

const sockets = new Set<Socket>()
let counted = { bytesIn: 0, bytesOut: 0 }

async function answer(incoming: IncomingMessage): Promise<string> {
  sockets.add(incoming.socket)
  const asked = new URL(incoming.url ?? '', 'http://wechat')
  const body = await text(incoming)
  calls[asked.pathname] = (calls[asked.pathname] ?? 0) + 1
  return answers[asked.pathname]?.(asked, body) ?? '{"errcode":-1,"errmsg":"not in this bench"}'
}

/** What came and went since the last time. */
function counts(): WeChatCounts {
  const before = { calls, ...counted }
  calls = {}
  counted = {
    bytesIn: [...sockets].reduce((sum, it) => sum + it.bytesRead, 0),
    bytesOut: [...sockets].reduce((sum, it) => sum + it.bytesWritten, 0),
  }
  return {
    calls: before.calls,
    bytesIn: counted.bytesIn - before.bytesIn,
    bytesOut: counted.bytesOut - before.bytesOut,
  }
}

/** The clock is that much ahead. */
function setClock(ahead: number): void {
  aheadMs = ahead
}
