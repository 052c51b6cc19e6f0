/** The parts that all views are made of. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from './html.js'
import { Check, Copy } from './icons.js'
import { locale, t } from './taste.js'
import { toast } from './toast.js'

/** A button that works once at a time. */
export function Button({ kind = '', onPress, children, ...rest }) {
  const [isBusy, setBusy] = useState(false)
  const press = async event => {
    if (isBusy) return
    setBusy(true)
    await onPress(event)
    setBusy(false)
  }
  return html`<button type="button" class=${`button ${kind}`} aria-busy=${isBusy} onClick=${press} ...${rest}>${children}</button>`
}

/** A choice of one. */
export function Select({ label, value, options, onChange, hidden = false }) {
  return html`<label class="field"><span class=${hidden ? 'unseen' : ''}>${label}</span>
    <select value=${value} onChange=${event => onChange(event.currentTarget.value)}>
      ${options.map(([id, text]) => html`<option key=${id} value=${id} selected=${id === value}>${text}</option>`)}
    </select></label>`
}

/** On or off, with a plain word and what it does. */
export function Switch({ label, hint, on, onChange, name }) {
  const id = `hint-${name}`
  return html`<div class="switch-row">
    <div><div class="switch-name" id=${`name-${name}`}>${label}</div><div class="hint" id=${id}>${hint}</div></div>
    <button type="button" role="switch" class="switch" name=${name} aria-checked=${on} aria-labelledby=${`name-${name}`}
      aria-describedby=${id} onClick=${() => onChange(!on)}><span></span></button>
  </div>`
}

/** One of a few, side by side; each is a link, so that it is in the URL. */
export function Tabs({ label, current, tabs, onChoose }) {
  const press = (event, at) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    const next = (at + step + tabs.length) % tabs.length
    onChoose(tabs[next].id)
    event.currentTarget.parentElement.children[next].focus()
  }
  return html`<div class="tabs" role="tablist" aria-label=${label}>
    ${tabs.map(
      (
        { id, text },
        at,
      ) => html`<button key=${id} type="button" role="tab" id=${`tab-${id}`} aria-selected=${id === current}
        aria-controls=${`panel-${id}`} tabindex=${id === current ? 0 : -1} onClick=${() => onChoose(id)}
        onKeyDown=${event => press(event, at)}>${text}</button>`,
    )}
  </div>`
}

/** What a tab shows. */
export function Panel({ id, children, ...rest }) {
  return html`<div role="tabpanel" id=${`panel-${id}`} aria-labelledby=${`tab-${id}`} ...${rest}>${children}</div>`
}

/** A short mark of a state: good, bad, wait or plain. */
export const Badge = ({ kind = 'plain', children }) => html`<span class=${`badge ${kind}`}>${children}</span>`

/** An id with a button that copies it. */
export function CopyId({ name, value }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(value)
    setCopied(true)
    toast(t(`Copied the ${name}`, `已复制 ${name}`))
    setTimeout(() => setCopied(false), 1500)
  }
  return html`<div class="id-row"><dt>${name}</dt><dd><code>${value ?? t('none', '无')}</code>
    ${
      value &&
      html`<button type="button" class="icon" onClick=${copy} aria-label=${t(`Copy ${name}`, `复制 ${name}`)}>
      ${isCopied ? html`<${Check} />` : html`<${Copy} />`}</button>`
    }</dd></div>`
}

/** On a page that is not on this machine the browser has no clipboard for us; then the text is marked and copied by command. */
export async function copyText(text) {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text)
  const box = Object.assign(document.createElement('textarea'), { value: text })
  document.body.append(box)
  box.select()
  document.execCommand('copy')
  box.remove()
}

/** A dialog that Escape and the button close; the browser keeps the focus in it. */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null))
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return html`<dialog ref=${dialog} class="dialog" aria-labelledby="dialog-title" onClose=${onClose}>
    <div class="dialog-head"><h2 id="dialog-title">${title}</h2>
      <button type="button" class="icon" aria-label=${t('Close', '关闭')} onClick=${() => dialog.current?.close()}>✕</button></div>
    ${children}</dialog>`
}

/** A table that scrolls in itself where it is wider than the screen; so the keyboard must reach it. */
export function Table({ label, columns, kind = '', children }) {
  return html`<div class="scrolled" role="region" aria-label=${label} tabindex="0"><table class=${`rows ${kind}`} aria-label=${label}>
    <thead><tr>${columns.map(name => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
    <tbody>${children}</tbody></table></div>`
}

/** What is shown where there is nothing. */
export const Empty = ({ title, children }) =>
  html`<div class="empty"><p class="empty-title">${title}</p>${children && html`<p>${children}</p>`}</div>`

/** @type {Intl.DateTimeFormatOptions} */
const zone = { timeZone: 'Asia/Shanghai', hourCycle: 'h23' }
/** @type {Intl.DateTimeFormatOptions} */
const clockTime = { ...zone, hour: '2-digit', minute: '2-digit', second: '2-digit' }

/** To make one takes longer than to show a line of a table: one is kept for each language. */
function formatIn(make) {
  const made = new Map()
  return value => {
    const language = locale()
    if (!made.has(language)) made.set(language, make(language))
    return made.get(language).format(value)
  }
}

/** The time of day in China, as WeChat counts. */
export const timeOf = formatIn(language => new Intl.DateTimeFormat(language, clockTime))

/** @type {Intl.DateTimeFormatOptions} */
const date = { ...clockTime, year: 'numeric', month: 'short', day: 'numeric' }

/** Date and time in China. */
export const dateOf = formatIn(language => new Intl.DateTimeFormat(language, date))

/** A number with its thousands marked. */
export const numberOf = formatIn(language => new Intl.NumberFormat(language))

/** A JSON text in lines; anything else as it is. */
export function Code({ text, label }) {
  return html`<pre class="code" tabindex="0" aria-label=${label}>${pretty(text)}</pre>`
}

/** A msgid has more digits than a number of JavaScript: it is a marked text meanwhile. */
function pretty(text) {
  try {
    const marked = text.replace(/(?<=[:[,]\s*)(\d{16,})(?=\s*[,}\]])/g, '"\\u0000$1"')
    return JSON.stringify(JSON.parse(marked), undefined, 2).replace(/"\\u0000(\d+)"/g, '$1')
  } catch {
    return text
  }
}
