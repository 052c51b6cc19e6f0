/** A small second WeChat, which is not our box: it answers as api.weixin.qq.com does, unknown paths too. */

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

import * as v from 'valibot'

import { pickFreePort } from '../../local/ports.ts'

/** A request that it got, as it came. */
export type Seen = { method: string; path: string; body: string }

const rid = 'rid: 6922f1a0-4b3c2d1e-7f6a5b4c'
export const openidOfFollower = 'oTestAccountFollower00000001'
const miniOpenid = 'oMiniProgramUser000000000001'
export const templateId = 'tEsTaCcOuNtTeMpLaTe0123456789abcdefghijklmn'
const content = '店名：{{店名.DATA}}\n生日：{{birthday1.DATA}}\n小组：{{xz_3_0.DATA}}\n单号：{{order-no.DATA}}'

const answers: Record<string, (body: string) => object> = {
  '/cgi-bin/stable_token': () => ({ access_token: `83_${'StandIn'.repeat(12)}`, expires_in: 7200 }),
  '/sns/jscode2session': () => ({ openid: miniOpenid, session_key: 'tiihtNczf5v6AKRyjwEUhQ==' }),
  '/cgi-bin/user/get': () => ({
    total: 1,
    count: 1,
    data: { openid: [openidOfFollower] },
    next_openid: openidOfFollower,
  }),
  '/cgi-bin/user/info/batchget': body => ({ user_info_list: openidsIn(body).map(followerOf) }),
  '/cgi-bin/message/template/send': () => ({ errcode: 0, errmsg: 'ok', msgid: 3599307433 }),
  '/cgi-bin/template/get_all_private_template': () => ({
    template_list: [{ template_id: templateId, title: '测试', primary_industry: '', deputy_industry: '', content }],
  }),
  '/cgi-bin/openapi/quota/get': () => ({
    errcode: 0,
    errmsg: 'ok',
    quota: { daily_limit: 1000, used: 1, remain: 999 },
  }),
}

/** Opens it, with all that it has seen. */
export async function openStandIn() {
  const seen: Seen[] = []
  const port = await pickFreePort('127.0.0.1')
  const server = createServer(async (request, response) => {
    const { answer, ...what } = await take(request)
    seen.push(what)
    response.writeHead(200, { 'content-type': 'application/json; encoding=utf-8' }).end(JSON.stringify(answer))
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, seen, close }
}

async function take(request: IncomingMessage): Promise<Seen & { answer: object }> {
  const { method = '', url = '' } = request
  const body = await text(request)
  const [path = ''] = url.split('?')
  const answer = answers[path]?.(body) ?? { errcode: 40066, errmsg: `invalid url ${rid}` }
  return { method, path: url, body, answer }
}

function openidsIn(body: string): string[] {
  const { user_list } = v.parse(v.object({ user_list: v.array(v.object({ openid: v.string() })) }), JSON.parse(body))
  return user_list.map(it => it.openid)
}

function followerOf(openid: string) {
  return { subscribe: openid === openidOfFollower ? 1 : 0, openid, subscribe_time: 1_764_000_000 }
}
