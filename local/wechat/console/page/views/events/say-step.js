/** A step of the timeline in words, for people. */
import { t } from '../../taste.js'
import { dateOf, numberOf } from '../../ui.js'
import { wordOf } from './states.js'

/** Says it: `mark` is good, bad, wait or plain. */
export function sayStep(step) {
  const say = words[step.step] ?? (() => ({ mark: 'plain', title: step.step }))
  return say(step)
}

const words = {
  pushed: () => ({ mark: 'plain', title: t('Pushed to the queue', '推送到队列') }),
  tries: ({ count }) => ({ mark: 'plain', title: t(`Received, ${times(count)} so far`, `已接收，共 ${count} 次`) }),
  received: ({ count }) => ({
    mark: 'plain',
    title:
      count === 1
        ? t('Received by the sender', '发送函数已接收')
        : t(`Received again, try ${count}`, `再次接收，第 ${count} 次`),
  }),
  resolved: ({ isAsked }) => ({
    mark: 'plain',
    title: t('Resolved: the person follows', '已确定收件人：已关注'),
    words: isAsked
      ? t('WeChat was asked about the person.', '已向微信查询此人。')
      : t('Found in the links.', '在关联表中找到。'),
  }),
  called: sayCall,
  arrived: ({ person, title }) => ({
    mark: 'good',
    title: t('On the phone', '已到达手机'),
    words: `「${title}」`,
    link: {
      to: `/?view=phones&person=${person}`,
      text: t(`Open the phone of person ${person}`, `打开用户 ${person} 的手机`),
    },
  }),
  accepted: ({ msgid, reason }) => ({
    mark: 'good',
    title: t('Decided: accepted', '结果：微信已受理'),
    words: [msgid && `msgid ${msgid}`, reason].filter(Boolean).join(' · '),
  }),
  ended: ({ state, reason }) => ({
    mark: wordOf(state)[0],
    title: t(`Decided: ${wordOf(state)[1]}`, `结果：${wordOf(state)[1]}`),
    words: reasonIn(reason),
  }),
  waits: ({ nextTryAt, reason }) => ({
    mark: 'wait',
    title: nextTryAt
      ? t(`Put off until ${dateOf(new Date(nextTryAt))}`, `推迟到 ${dateOf(new Date(nextTryAt))}`)
      : t('Put off', '推迟'),
    words: reason,
  }),
  parked: ({ reason }) => ({
    mark: 'wait',
    title: t('Parked: the quota is used up', '暂存：额度已用尽'),
    words: reason,
  }),
  repeated: () => ({ mark: 'plain', title: t('Came again; not sent twice', '重复到达，未重复发送') }),
  unanswered: ({ why, windows }) => ({
    mark: 'wait',
    title: t('A call may have sent it', '某次调用可能已发送'),
    words: t(`${why}; ${times(windows)} within WeChat’s ten minutes`, `${why}；微信十分钟去重窗口内 ${windows} 次`),
  }),
  receipt: ({ state, reason }) => ({
    mark: wordOf(state)[0],
    title: t(`Receipt: ${wordOf(state)[1]}`, `回执：${wordOf(state)[1]}`),
    words: reason,
  }),
  trouble: ({ words: said }) => ({ mark: 'bad', title: t('Trouble', '出错'), words: said }),
}

function sayCall({ errcode, failure, rid, ms }) {
  const took = ms === undefined ? undefined : `${numberOf(ms)} ms`
  const more = [rid && `rid ${rid}`, took].filter(Boolean).join(' · ')
  if (failure !== undefined)
    return { mark: 'wait', title: t(`WeChat did not answer: ${failure}`, `微信没有回答：${failure}`), words: more }
  return errcode === 0
    ? { mark: 'good', title: t('Called WeChat: errcode 0', '调用微信：errcode 0'), words: more }
    : { mark: 'bad', title: t(`Called WeChat: errcode ${errcode}`, `调用微信：errcode ${errcode}`), words: more }
}

/** Reasons of ours have a word each; WeChat's are told as they came. */
function reasonIn(reason) {
  const known = {
    'not-following': t('The person does not follow the account.', '此人没有关注服务号。'),
    'no-unionid': t(
      'The person has no unionid: the apps are not bound to one Open Platform account.',
      '此人没有 unionid：应用没有绑定到同一开放平台账号。',
    ),
    unknown: t('Nobody knows this person.', '没有此人的记录。'),
    expired: t('It came after its expiresAt.', '已超过 expiresAt。'),
  }
  return known[reason] ?? reason
}

const times = count => (count === 1 ? 'once' : `${count} times`)
