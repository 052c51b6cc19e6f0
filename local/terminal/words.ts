import { errorOf, type Fields, textOf } from './fields.ts'

/** Says one event of the log in words; undefined where nobody needs to read it. */
type Words = (fields: Fields) => string | undefined

const silent: Words = () => undefined
const isZero = (fields: Fields, name: string) => ['', '0'].includes(textOf(fields, name))
const because = (fields: Fields) => {
  const { reason, why, errcode } = {
    reason: textOf(fields, 'reason'),
    why: textOf(fields, 'why'),
    errcode: textOf(fields, 'errcode'),
  }
  const said = [reason || why, ...(errcode === '' || (reason || why).includes(errcode) ? [] : [`WeChat’s ${errcode}`])]
  return said.filter(it => it !== '').join(', ') || (isMore(fields) ? 'for other reasons' : 'without a reason')
}
const withErrcode = (fields: Fields) =>
  textOf(fields, 'errcode') === '' ? '' : `, WeChat’s ${textOf(fields, 'errcode')}`
const withMsgid = (fields: Fields) => (textOf(fields, 'msgid') === '' ? '' : ` (msgid ${textOf(fields, 'msgid')})`)
const counted = (fields: Fields, name: string, one: string, many: string) =>
  `${textOf(fields, name)} ${textOf(fields, name) === '1' ? one : many}`
/** Alike ones of a batch, or those of so many kinds that they are told together. */
const isMore = (fields: Fields) => typeof fields.more === 'number'
const eventOf = (fields: Fields) =>
  isMore(fields) && fields.id === undefined
    ? counted(fields, 'more', 'more event', 'more events')
    : `event ${textOf(fields, 'id') || 'without a readable id'}`
const unlessFailed: Words = fields => (isZero(fields, 'failed') ? undefined : `${textOf(fields, 'failed')} come again`)

/** The events that matter most, in words; all others are shown with their fields. */
const words: Readonly<Record<string, Words>> = {
  'send.received': it =>
    isZero(it, 'attempts') || textOf(it, 'attempts') === '1'
      ? `event ${textOf(it, 'id') || 'without a readable id'} received`
      : `event ${textOf(it, 'id')} again, try ${textOf(it, 'attempts')}`,
  'send.resolved': silent,
  'send.called': silent,
  'send.accepted': it => `event ${textOf(it, 'id')} sent by ${textOf(it, 'app')}${withMsgid(it)}`,
  'send.dropped': it => `${eventOf(it)} not sent: ${because(it)}`,
  'send.rejected': it => `${eventOf(it)} rejected: ${because(it)}`,
  'send.in-doubt': it => `${eventOf(it)} may have been sent or not: ${because(it)}`,
  'send.waits': it => `event ${textOf(it, 'id')} waits ${textOf(it, 'seconds')} s: ${because(it)}`,
  'send.held': it => `${eventOf(it)} waits for quota: ${because(it)}`,
  'send.repeated': it => `event ${textOf(it, 'id')} again, not sent twice: it is ${textOf(it, 'state') || 'decided'}`,
  'send.parked': it => `the day’s quota of ${textOf(it, 'app')} is used up: events wait until ${textOf(it, 'until')}`,
  'send.failed': it => `send failed for ${eventOf(it)}: ${errorOf(it)}`,
  'send.batch': it =>
    isZero(it, 'failed') ? undefined : `${counted(it, 'failed', 'event comes', 'events come')} again`,
  'receipts.kept': it => `receipt: ${textOf(it, 'state')}${withMsgid(it)}`,
  'receipts.batch': unlessFailed,
  'login.accepted': it => `login to ${textOf(it, 'app')}: ${textOf(it, 'reach')}`,
  'push.withheld': it =>
    `${textOf(it, 'target')} gets no push for up to a minute, because it failed three times in a row`,
  'callback.received': it =>
    ['receipt', 'image-verdict'].includes(textOf(it, 'event'))
      ? undefined
      : `callback to ${textOf(it, 'app')}: ${textOf(it, 'event')}`,
  'link-followers.batch': it =>
    `${counted(it, 'openids', 'follower', 'followers')} of ${textOf(it, 'app')} linked${
      isZero(it, 'failed') ? '' : `, but ${textOf(it, 'failed')} failed and come again`
    }`,
  'http.refused': it =>
    `${textOf(it, 'code').startsWith('callback-') ? 'callback' : 'request'} refused: ${textOf(it, 'code')} (${textOf(it, 'status')})${
      it.error === undefined ? withErrcode(it) : `: ${errorOf(it)}`
    }`,
  'http.failed': it => `a request failed: ${errorOf(it)}`,
  'sync-followers.page': silent,
  'sync-followers.ended': it =>
    `followers of ${textOf(it, 'app')} read: ${textOf(it, 'followers')}, ${textOf(it, 'added')} new, ${textOf(it, 'removed')} gone`,
  'token.renewed': it => `access token of ${textOf(it, 'app')} renewed (generation ${textOf(it, 'generation')})`,
  'images.expected': it => `picture ${textOf(it, 'id')} is to come`,
  'images.checking': silent,
  'images.asked': silent,
  'images.served': it => `picture ${textOf(it, 'id')} is served`,
  'images.refused': it => `picture ${textOf(it, 'id')} refused: ${because(it)}`,
  'doctor.examined': silent,
  'local.rebuilt': it => `${textOf(it, 'file')} changed: the functions use it now`,
  'local.notice': it => textOf(it, 'words'),
  'local.failed': it => textOf(it, 'words'),
  'local.line': it => textOf(it, 'words'),
}

/** Says an event in words; `plain` where there are none for it, `silent` where nobody needs to read it. */
export function wordsOf(event: string, fields: Fields): { words: string } | 'plain' | 'silent' {
  const say = Object.hasOwn(words, event) ? words[event] : undefined
  if (say === undefined) return 'plain'
  const said = say(fields)
  return said === undefined ? 'silent' : { words: said }
}
