/** A visitor without a mouse. */
import type { Page } from 'playwright-core'
import * as v from 'valibot'
import { expect } from 'vitest'

/** What has the focus: its label, text and name; and how that is shown. */
const focused = `(() => {
  const it = document.activeElement
  const label = it.getAttribute('aria-label') ?? it.labels?.[0]?.innerText ?? ''
  return { names: [label, it.innerText, it.name].join('|'), outline: getComputedStyle(it).outlineStyle, isLeft: !document.hasFocus() }
})()`

const focus = v.object({ names: v.string(), outline: v.string(), isLeft: v.boolean() })

/** Presses Tab until something of this name has the focus, as who uses the keyboard sees. */
export async function reachByKeyboard(page: Page, name: string): Promise<void> {
  for (let at = 0; at < 60; at += 1) {
    await page.keyboard.press('Tab')
    const { names, outline, isLeft } = v.parse(focus, await page.evaluate(focused))
    // Behind the last element the browser itself has the focus.
    if (!isLeft) expect(outline, names).not.toBe('none')
    if (names.includes(name)) return
  }
  throw new Error(`the keyboard does not reach ${name}`)
}
