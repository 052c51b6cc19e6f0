/** Short notices of what was done, or why not. */
import { useEffect, useState } from 'preact/hooks'
import { html } from './html.js'
import { t } from './taste.js'

const shownMs = { good: 3500, bad: 9000 }
/** @typedef {{ text: string, kind: string, at: number }} Notice */

/** @type {(notice: Notice) => void} */
let show = () => undefined

/** Shows a notice; `kind` is good or bad. */
export function toast(text, kind = 'good') {
  show({ text, kind, at: Date.now() })
}

/** Does something, and says what came of it; returns whether it was done. */
export async function attempt(work, done) {
  try {
    const value = await work()
    if (done !== undefined) toast(typeof done === 'function' ? done(value) : done)
    return true
  } catch (error) {
    toast(`${t('Not done: ', '没有成功：')}${error instanceof Error ? error.message : error}`, 'bad')
    return false
  }
}

/** The place of the notices; the newest takes the place of the one before. */
export function Toasts() {
  const [current, setCurrent] = useState(/** @type {Notice | undefined} */ (undefined))
  useEffect(() => {
    show = setCurrent
  }, [])
  useEffect(() => {
    if (current === undefined) return undefined
    const timer = setTimeout(() => setCurrent(undefined), shownMs[current.kind])
    return () => clearTimeout(timer)
  }, [current])
  return html`<div class="toasts" role="status">${current && html`<p class=${`toast ${current.kind}`}>${current.text}</p>`}</div>`
}
