/** The chat of a person with an Official Account, as WeChat shows it. */
import { useEffect, useRef } from 'preact/hooks'
import { html } from '../../html.js'
import { goTo, placeOf } from '../../place.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Button, dateOf, Empty } from '../../ui.js'
import { act } from './acts.js'
import { ChatBar } from './chat-bar.js'
import { Entry } from './entries.js'

/** A new time stands above an entry that came so much later than the one before. */
const pauseMs = 300_000
const more = 200

export function Chat({ phone, official }) {
  const { following } = phone.person.apps[official.name]
  return html`<div class="screen-head"><strong>${official.name}</strong></div>
    <${Entries} phone=${phone} following=${following} />
    ${following ? html`<${ChatBar} phone=${phone} official=${official} />` : html`<${FollowBar} phone=${phone} official=${official} />`}`
}

function Entries({ phone, following }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null))
  const { chat, earlier } = phone
  // Somebody who reads further up is not pulled down by what arrives.
  const isAtEnd = useRef(true)
  useEffect(() => {
    if (isAtEnd.current && list.current !== null) list.current.scrollTop = list.current.scrollHeight
  }, [chat.length, chat.at(-1)?.at])
  const note = ({ currentTarget: it }) => {
    isAtEnd.current = it.scrollHeight - it.scrollTop - it.clientHeight < 40
  }
  return html`<div class="chat" ref=${list} onScroll=${note} tabindex="0" role="log" aria-label=${t('Messages', '消息')}>
    ${earlier > 0 && html`<${Earlier} count=${earlier} />`}
    ${chat.length === 0 && html`<${Nothing} following=${following} />`}
    ${chat.map((entry, at) => html`<${Timed} key=${keyOf(entry, at + earlier)} entry=${entry} before=${chat[at - 1]} person=${phone.person} />`)}
  </div>`
}

const keyOf = (entry, at) => entry.msgid ?? `${at} ${entry.by}`

function Earlier({ count }) {
  const show = () => goTo({ entries: Number(placeOf('entries') ?? 100) + more }, { replace: true })
  return html`<p class="notice"><${Button} kind="small" onPress=${show}>${t(`Show ${count} earlier`, `显示更早的 ${count} 条`)}<//></p>`
}

const Nothing = ({ following }) =>
  following
    ? html`<${Empty} title=${t('No messages yet', '还没有消息')}>${t('Template messages and replies appear here.', '模板消息和回复会显示在这里。')}<//>`
    : html`<${Empty} title=${t('Not following', '未关注')}>${t('Only followers get messages.', '关注后才能收到消息。')}<//>`

function Timed({ entry, before, person }) {
  const isLater = before === undefined || entry.at - before.at > pauseMs
  return html`${isLater && html`<time class="notice" datetime=${new Date(entry.at).toISOString()}>${dateOf(entry.at)}</time>`}
    <${Entry} entry=${entry} person=${person} />`
}

function FollowBar({ phone, official }) {
  const follow = () => attempt(() => act(phone, 'follow', { app: official.name }), followed(phone))
  return html`<div class="bar"><${Button} kind="main wide" name="follow" onPress=${follow}>${t('Follow', '关注')}<//></div>`
}

/** The back end hears of a follow only if it is known where it is. */
export function followed(phone) {
  return phone.pushes
    ? t('Follows now; WeChat pushed the event.', '已关注，事件已推送。')
    : t('Follows now; no callback URL is set, so nobody was told.', '已关注；未设置回调地址，没有推送事件。')
}
