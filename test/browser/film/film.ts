/** Films what a visitor does with a page: a pointer that moves, keys, and a line of words above. */
import { writeFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { readPng } from './read-png.ts'
import { type Frame, writeApng } from './write-apng.ts'

export type Film = Awaited<ReturnType<typeof openFilm>>

const pointerSteps = 6
const pointerMs = 40
const keyMs = 70
const pressMs = 180
const wordsMs = 1300

/** By the debugger, because the page's policy allows no other script; what it draws is no part of the page. */
const stage = `(() => {
  const add = (styles, text = '') => {
    const it = document.createElement('div')
    it.textContent = text
    it.setAttribute('aria-hidden', 'true')
    Object.assign(it.style, { position: 'fixed', zIndex: 99, pointerEvents: 'none', ...styles })
    document.documentElement.append(it)
    return it
  }
  const words = add({ top: '18px', right: '24px', padding: '8px 16px', borderRadius: '999px', background: '#12332a',
    color: '#fff', font: '600 15px/1.4 var(--font)', opacity: 0 })
  const pointer = add({ left: 0, top: 0, width: '22px', height: '28px', background: '#111',
    filter: 'drop-shadow(0 0 1px #fff) drop-shadow(0 1px 2px rgb(0 0 0 / 0.4))',
    clipPath: 'polygon(0 0, 0 22px, 5px 17px, 9px 27px, 13px 25px, 9px 16px, 16px 16px)' })
  const ring = add({ width: '34px', height: '34px', margin: '-17px', borderRadius: '50%', background: 'rgb(6 122 69 / 0.25)', opacity: 0 })
  globalThis.film = {
    say: text => Object.assign(words, { textContent: text }).style.opacity = text === '' ? 0 : 1,
    point: (x, y) => pointer.style.translate = x + 'px ' + y + 'px',
    press: (x, y, on) => Object.assign(ring.style, { left: x + 'px', top: y + 'px', opacity: on ? 1 : 0 }),
  }
})()`

/** Opens it on a page that is not loaded anew meanwhile. */
export async function openFilm(page: Page) {
  const frames: Frame[] = []
  let at = { x: 600, y: 640 }
  await page.evaluate(stage)
  await page.evaluate(`film.point(${at.x}, ${at.y})`)
  const show = async (ms: number) => void frames.push({ picture: readPng(await page.screenshot()), ms })

  async function pointAt(target: Locator): Promise<void> {
    await target.scrollIntoViewIfNeeded()
    const box = await target.boundingBox()
    if (box === null) throw new Error('what is pointed at is not seen')
    const to = { x: box.x + Math.min(box.width / 2, 120), y: box.y + box.height / 2 }
    for (let step = 1; step <= pointerSteps; step += 1) {
      const part = (1 - Math.cos((Math.PI * step) / pointerSteps)) / 2
      await page.evaluate(`film.point(${at.x + (to.x - at.x) * part}, ${at.y + (to.y - at.y) * part})`)
      await show(pointerMs)
    }
    at = to
  }

  return {
    show,
    /** Says what is to be seen now. */
    async say(words: string): Promise<void> {
      await page.evaluate(`film.say(${JSON.stringify(words)})`)
      await show(wordsMs)
    },
    async click(target: Locator): Promise<void> {
      await pointAt(target)
      await page.evaluate(`film.press(${at.x}, ${at.y}, true)`)
      await show(pressMs)
      await page.evaluate(`film.press(0, 0, false)`)
      await target.click()
      await show(pressMs)
    },
    /** Writes another text into a field. */
    async type(target: Locator, text: string): Promise<void> {
      await pointAt(target)
      await target.fill('')
      for (const key of text) {
        await target.pressSequentially(key)
        await show(keyMs)
      }
    },
    /** Waits until it is there, and lets it be read. */
    async until(target: Locator, ms: number): Promise<void> {
      await target.first().waitFor()
      await show(ms)
    },
    save: (file: string) => writeFile(file, writeApng(frames)),
  }
}
