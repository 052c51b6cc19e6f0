/** The bar below a chat: the account's menu, or a field to write. */
import { useState } from 'preact/hooks'
import { call } from '../../api.js'
import { html } from '../../html.js'
import { Keyboard, Menu } from '../../icons.js'
import { goTo } from '../../place.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { act } from './acts.js'

export function ChatBar({ phone, official }) {
  const [isWriting, setWriting] = useState(false)
  const hasMenu = phone.menu.length > 0
  const toggle =
    hasMenu &&
    html`<button type="button" class="icon" onClick=${() => setWriting(!isWriting)}
    aria-label=${isWriting ? t('Show the menu', '显示菜单') : t('Write', '输入消息')}>${isWriting ? html`<${Menu} />` : html`<${Keyboard} />`}</button>`
  return html`<div class="bar">${toggle}
    ${hasMenu && !isWriting ? html`<${Buttons} phone=${phone} official=${official} />` : html`<${Writing} phone=${phone} official=${official} />`}
  </div>`
}

function Writing({ phone, official }) {
  const [content, setContent] = useState('')
  const send = async event => {
    event.preventDefault()
    if (content.trim() === '') return
    if (await attempt(() => act(phone, 'write', { app: official.name, content }))) setContent('')
  }
  return html`<form class="row grow" onSubmit=${send}>
    <label class="grow"><span class="unseen">${t('Message', '消息')}</span>
      <input name="message" value=${content} maxlength="600" autocomplete="off" placeholder=${t('Write a message', '输入消息')}
        onInput=${event => setContent(event.currentTarget.value)} /></label>
    <button type="submit" class="button main" disabled=${content.trim() === ''}>${t('Send', '发送')}</button>
  </form>`
}

function Buttons({ phone, official }) {
  const [open, setOpen] = useState(-1)
  const press = (button, at) => {
    if (listOf(button).length > 0) return setOpen(open === at ? -1 : at)
    setOpen(-1)
    return tap(phone, official, button)
  }
  const close = event => event.key === 'Escape' && setOpen(-1)
  return html`<div class="menu grow" onKeyDown=${close}>
    ${phone.menu.map((button, at) => {
      const list = listOf(button)
      return html`<div key=${at} class="menu-item">
        ${open === at && html`<div class="submenu">${list.map(sub => html`<button key=${sub.name} type="button" onClick=${() => press(sub, at)}>${sub.name}</button>`)}</div>`}
        <button type="button" aria-expanded=${list.length > 0 ? open === at : undefined} onClick=${() => press(button, at)}>${list.length > 0 && '≡ '}${button.name}</button>
      </div>`
    })}
  </div>`
}

/** A menu of the API has a list of buttons, one of the console a list in an object. */
function listOf({ sub_button: sub }) {
  return Array.isArray(sub) ? sub : (sub?.list ?? [])
}

/** Says what the phone does: a page or an address is opened, anything else is told to the account. */
async function tap(phone, official, button) {
  const [event, key] = eventOf(button)
  const told = button.type === 'view' ? t(`The phone opens ${key}`, `手机打开 ${key}`) : undefined
  const isDone = await attempt(() => call(`/people/${phone.person.id}/tap`, { app: official.name, event, key }), told)
  if (isDone && event === 'view_miniprogram') goTo({ screen: 'mini', open: key })
}

function eventOf({ type = 'click', key = '', url = '', pagepath = '', value = '' }) {
  if (type === 'click') return ['CLICK', key]
  if (type === 'view') return ['VIEW', url]
  if (type === 'miniprogram') return ['view_miniprogram', pagepath]
  return [type, key || value]
}
