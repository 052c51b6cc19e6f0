/** A small second WeChat, which is not our box: it answers as api.weixin.qq.com does, unknown paths too. */

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

import * as v from 'valibot'

import { pickFreePort } from '../../local/ports.ts'

/** A request that it got, as it came. */
export type Seen = { method: string; path: string; body: string }

type Answers = Readonly<Record<string, (body: string) => object>>

const rid = 'rid: 6922f1a0-4b3c2d1e-7f6a5b4c'
const miniOpenid = 'oMiniProgramUser000000000001'
export const templateId = 'tEsTaCcOuNtTeMpLaTe0123456789abcdefghijklmn'
const content = '店名：{{店名.DATA}}\n生日：{{birthday1.DATA}}\n小组：{{xz_3_0.DATA}}\n单号：{{order-no.DATA}}'

/** What it answers, by path; `followers` follow. */
function answersFor(followers: ReadonlySet<string>): Answers {
  return {
    '/cgi-bin/stable_token': () => ({ access_token: `83_${'StandIn'.repeat(12)}`, expires_in: 7200 }),
    '/sns/jscode2session': () => ({ openid: miniOpenid, session_key: 'tiihtNczf5v6AKRyjwEUhQ==' }),
    '/cgi-bin/user/get': () => listOf([...followers]),
    '/cgi-bin/user/info/batchget': body => ({
      user_info_list: openidsIn(body).map(openid => infoOf(openid, followers.has(openid))),
    }),
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
}

/** Opens it, with all that it has seen; `followers` may change while it runs. */
export async function openStandIn() {
  const seen: Seen[] = []
  const followers = new Set<string>()
  const answers = answersFor(followers)
  const port = await pickFreePort('127.0.0.1')
  const server = createServer(async (request, response) => {
    const { answer, ...what } = await take(request, answers)
    seen.push(what)
    response.writeHead(200, { 'content-type': 'application/json; encoding=utf-8' }).end(JSON.stringify(answer))
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, seen, followers, close }
}

async function take(request: IncomingMessage, answers: Answers): Promise<Seen & { answer: object }> {
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

/** In the form of user/get's only page. */
function listOf(openids: readonly string[]) {
  const page = { total: openids.length, count: openids.length }
  return { ...page, ...(openids.length > 0 && { data: { openid: openids } }), next_openid: openids.at(-1) ?? '' }
}

function infoOf(openid: string, isFollower: boolean) {
  return { subscribe: isFollower ? 1 : 0, openid, ...(isFollower && { subscribe_time: 1_764_000_000 }) }
}
