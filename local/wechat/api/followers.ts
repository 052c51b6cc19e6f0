/** The calls about followers of the Official Account (docs/wechat.md 5). */
import type { Box } from '../box.ts'
import { field, textField } from '../json.ts'
import type { Outcome, TokenEndpoint } from './endpoint.ts'

const mostInBatch = 100

/** GET /cgi-bin/user/get: pages in the order of people's numbers; a cursor who unfollowed is still a valid position. */
export const userGet = {
  auth: 'token',
  method: 'GET',
  apps: ['official'],
  answer: ({ box, query }) => {
    const cursor = query.get('next_openid') ?? ''
    const after = cursor === '' ? -1 : box.people.everByOpenid(cursor)
    return after === undefined ? { errcode: 40003 } : page(box, after)
  },
} satisfies TokenEndpoint

/** GET /cgi-bin/user/info. */
export const userInfo = {
  auth: 'token',
  method: 'GET',
  apps: ['official'],
  suffix: 'hint',
  answer: ({ box, query }) => {
    const openid = query.get('openid') ?? ''
    if (openid === '') return { errcode: 41009 }
    const person = box.people.everByOpenid(openid)
    return person === undefined ? { errcode: 40003 } : { json: JSON.stringify(describe(box, { person, openid })) }
  },
} satisfies TokenEndpoint

/** POST /cgi-bin/user/info/batchget: one bad openid fails the whole batch. */
export const batchGet = {
  auth: 'token',
  method: 'POST',
  apps: ['official'],
  suffix: 'hint',
  answer: ({ box, body }) => {
    const list = field(body, 'user_list')
    const entries: unknown[] = Array.isArray(list) ? list : []
    if (entries.length === 0 || entries.length > mostInBatch) return { errcode: 40032 }
    const infos: ReturnType<typeof describe>[] = []
    for (const entry of entries) {
      const openid = textField(entry, 'openid')
      const person = box.people.everByOpenid(openid)
      if (person === undefined) return { errcode: 40003 }
      infos.push(describe(box, { person, openid }))
    }
    return { json: JSON.stringify({ user_info_list: infos }) }
  },
} satisfies TokenEndpoint

function page(box: Box, after: number): Outcome {
  const openids = box.people.openids(box.people.followersAfter(after, box.settings.pageSize))
  const last = openids.at(-1) ?? ''
  const data = openids.length === 0 ? undefined : { openid: openids }
  const total = box.people.followers()
  // An undefined `data` is absent from the JSON: that is what the last page looks like.
  return { json: JSON.stringify({ total, count: openids.length, data, next_openid: last }) }
}

/** Every user/info and batchget entry; the openid comes from the caller, since making it again costs a cipher block. */
function describe(box: Box, { person, openid }: { person: number; openid: string }) {
  const { people } = box
  const unionid = people.unionid(person)
  if (!people.isFollowing(person)) return { subscribe: 0, openid, unionid }
  const { remark, scene } = box.profiles.get(person)
  return {
    subscribe: 1,
    openid,
    language: 'zh_CN',
    subscribe_time: people.subscribeTime(person),
    unionid,
    remark,
    groupid: 0,
    tagid_list: [],
    subscribe_scene: scene === undefined ? 'ADD_SCENE_SEARCH' : 'ADD_SCENE_QR_CODE',
    qr_scene: scene !== undefined && /^\d{1,9}$/.test(scene) ? Number(scene) : 0,
    qr_scene_str: scene ?? '',
  }
}
