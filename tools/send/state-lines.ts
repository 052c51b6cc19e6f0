/** What became of an event, in words. */

import { hintOf } from '../../lib/followers/link.ts'
import { secondsToReset } from '../../lib/quota-reset.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import { inChina } from '../command/words.ts'

type State = Delivery['state']
/** The mark, then the words in both languages. */
type Words = readonly [mark: string, zh: string, en: string]

const states = {
  accepted: ['✓', '微信已受理', 'WeChat took the message; its receipt tells the rest'],
  delivered: ['✓', '已送达', 'the message is on the phone'],
  blocked: ['✗', '用户拒收', 'the user blocks messages of this account'],
  failed: ['✗', '投递失败', 'WeChat took the message, and could not deliver it'],
  dropped: ['✗', '未发送', 'not sent; once the reason is mended, push it again under the same id'],
  rejected: ['✗', '事件有误', 'nothing was sent; the event is put aside in the dead-letter queue'],
  waiting: ['…', '等待重试', 'it is tried again'],
  parked: ['…', '等待额度', 'it waits for quota'],
  'in-doubt': [
    '✗',
    '存疑',
    'it may have been sent, nobody knows, and a repeat could be a second message; it is put aside in the review queue',
  ],
} satisfies Record<State, Words>

/** The reasons that our own code writes. */
const reasons = new Map([
  ['not-following', `${hintOf('not-following')} · 用户未关注服务号`],
  ['no-unionid', `${hintOf('no-unionid')} · 缺少 unionid`],
  ['unknown', `${hintOf('unknown')} · 查无此人`],
  ['expired', 'Its expiresAt had passed. · 已过期'],
])

/** What WeChat's errcodes mean that a message is most often refused for. */
const meanings = new Map([
  [40003, 'the openid is not one of this Official Account · openid 无效'],
  [40036, 'this is no template id of WeChat · 模板 id 无效'],
  [40037, 'the account has no such template any more · 模板不存在'],
  [40165, 'the mini program has no such page in its released version · 小程序页面无效'],
  [40166, 'the mini program is not linked to the account · 小程序未关联'],
  [43004, 'the user does not follow the account any more · 用户已取消关注'],
  [43019, 'the user is on the account’s blacklist · 用户在黑名单中'],
  [43101, 'the user refuses messages of this kind · 用户拒绝接收'],
  [45009, 'the calls of today are used up · 今日额度用完'],
  [47003, 'a value breaks the rule of its key · 参数不符合模板规则'],
])

/** Writes one state with its reason; `time` says when it came. */
export function renderState(delivery: Delivery, time: string): string {
  const { state } = delivery
  const [mark, zh, en] = states[state]
  const why = [reasonOf(delivery), ...resetOf(delivery), ...nextTryOf(delivery)].filter(it => it !== '')
  return [`${mark} ${state} · ${zh} (${time}): ${en}`, ...why].join('\n    ')
}

/** WeChat's own words stay: its support asks for them. */
function reasonOf({ reason = '', errcode, rid }: Delivery): string {
  const known = reasons.get(reason)
  if (known !== undefined) return `${reason}: ${known}`
  const meaning = errcode === undefined ? undefined : meanings.get(errcode)
  const words = [reason, ...(rid === undefined ? [] : [`rid ${rid}`]), ...(meaning === undefined ? [] : [meaning])]
  return words.filter(it => it !== '').join('; ')
}

/** Later tries are not written while the reason stays. */
function nextTryOf({ nextTryAt }: Delivery): string[] {
  return nextTryAt === undefined ? [] : [`next try ${inChina(Date.parse(nextTryAt))} · 下次重试`]
}

/** No message goes out before its quota is filled again. */
function resetOf({ state, errcode, at }: Delivery): string[] {
  if (state !== 'parked' || errcode === undefined) return []
  const parkedAt = Date.parse(at)
  const until = inChina(parkedAt + secondsToReset(errcode, parkedAt) * 1000)
  return [`it goes out by itself once there is quota again, at the latest after ${until} · 额度恢复后自动发送`]
}
