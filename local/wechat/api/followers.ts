/** The calls about the followers of an Official Account (docs/wechat.md 5). */
import type { OfficialAccount } from '../app.ts'
import { field, textField } from '../json.ts'
import type { OfficialEndpoint, Outcome } from './endpoint.ts'

const mostInBatch = 100

/** GET /cgi-bin/user/get: pages in the order of people's numbers; a cursor who unfollowed is still a valid position. */
export const userGet = {
  auth: 'token',
  method: 'GET',
  of: 'official',
  answer: ({ box, query }, account) => {
    const cursor = query.get('next_openid') ?? ''
    const after = cursor === '' ? -1 : account.ids.everByOpenid(cursor)
    return after === undefined ? { errcode: 40003 } : page(account, after, box.settings.pageSize)
  },
} satisfies OfficialEndpoint

/** GET /cgi-bin/user/info. */
export const userInfo = {
  auth: 'token',
  method: 'GET',
  of: 'official',
  suffix: 'hint',
  answer: ({ query }, account) => {
    const openid = query.get('openid') ?? ''
    if (openid === '') return { errcode: 41009 }
    const person = account.ids.everByOpenid(openid)
    return person === undefined ? { errcode: 40003 } : { json: JSON.stringify(describe(account, { person, openid })) }
  },
} satisfies OfficialEndpoint

/** POST /cgi-bin/user/info/batchget: one bad openid fails the whole batch. */
export const batchGet = {
  auth: 'token',
  method: 'POST',
  of: 'official',
  suffix: 'hint',
  answer: ({ body }, account) => {
    const list = field(body, 'user_list')
    const entries: unknown[] = Array.isArray(list) ? list : []
    if (entries.length === 0 || entries.length > mostInBatch) return { errcode: 40032 }
    const infos: ReturnType<typeof describe>[] = []
    for (const entry of entries) {
      const openid = textField(entry, 'openid')
      const person = account.ids.everByOpenid(openid)
      if (person === undefined) return { errcode: 40003 }
      infos.push(describe(account, { person, openid }))
    }
    return { json: JSON.stringify({ user_info_list: infos }) }
  },
} satisfies OfficialEndpoint

function page({ ids, followers }: OfficialAccount, after: number, size: number): Outcome {
  const openids = ids.openids(followers.after(after, size))
  const last = openids.at(-1) ?? ''
  const data = openids.length === 0 ? undefined : { openid: openids }
  const total = followers.count()
  // An undefined `data` is absent from the JSON: that is what the last page looks like.
  return { json: JSON.stringify({ total, count: openids.length, data, next_openid: last }) }
}

/** Every user/info and batchget entry; the openid comes from the caller, since making it again costs a cipher block. */
function describe(account: OfficialAccount, { person, openid }: { person: number; openid: string }) {
  const { ids, followers, marks } = account
  const unionid = ids.unionid(person)
  if (!followers.isFollowing(person)) return { subscribe: 0, openid, unionid }
  const { remark, scene } = marks.get(person)
  return {
    subscribe: 1,
    openid,
    language: 'zh_CN',
    subscribe_time: followers.subscribeTime(person),
    unionid,
    remark,
    groupid: 0,
    tagid_list: [],
    subscribe_scene: scene === undefined ? 'ADD_SCENE_SEARCH' : 'ADD_SCENE_QR_CODE',
    qr_scene: scene !== undefined && /^\d{1,9}$/.test(scene) ? Number(scene) : 0,
    qr_scene_str: scene ?? '',
  }
}
