/** What a visitor's browser does with the console: how soon a view is there, how evenly it scrolls, and what it takes of memory. */

import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import * as v from 'valibot'

/** How even a time was: frames in a second, and the longest time without one, in ms. */
export type Evenness = { readonly perSecond: number; readonly longestMs: number }

const evenness = v.object({ perSecond: v.number(), longestMs: v.number() })
const processes = v.object({ processInfo: v.array(v.object({ type: v.string(), id: v.number() })) })
const bytesInKilobyte = 1024

/** Opens a page as a first visit: nothing of it is in a cache. Answers how many ms until this is seen. */
export async function firstView(browser: Browser, url: string, seen: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
  const page = await context.newPage()
  const began = performance.now()
  await page.goto(url)
  await page.locator(seen).first().waitFor()
  const ms = performance.now() - began
  await context.close()
  return ms
}

/** Counts the frames for so long; meanwhile what `selector` names is scrolled up and down, if anything is. */
export async function countFrames(page: Page, ms: number, selector?: string): Promise<Evenness> {
  const script = `new Promise(resolve => {
    const it = ${selector === undefined ? 'undefined' : `document.querySelector(${JSON.stringify(selector)})`}
    const times = []
    const frame = now => {
      times.push(now)
      if (it) {
        const room = it.scrollHeight - it.clientHeight
        const way = (now - times[0]) * 1.5
        it.scrollTop = Math.floor(way / room) % 2 === 0 ? way % room : room - (way % room)
      }
      if (now - times[0] < ${ms}) return requestAnimationFrame(frame)
      const gaps = times.slice(1).map((time, at) => time - times[at])
      resolve({ perSecond: gaps.length / (now - times[0]) * 1000, longestMs: Math.max(...gaps) })
    }
    requestAnimationFrame(frame)
  })`
  return v.parse(evenness, await page.evaluate(script))
}

/** The memory of the page's own process in MB, without what it shares; undefined where only Linux could tell it. */
export async function memoryOf(browser: Browser): Promise<number | undefined> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = v.parse(processes, await session.send('SystemInfo.getProcessInfo'))
  await session.detach()
  const pages = processInfo.filter(it => it.type === 'renderer')
  const sizes = await Promise.all(pages.map(it => anonymousOf(it.id)))
  const known = sizes.flatMap(it => it ?? [])
  return known.length === 0 ? undefined : Math.max(...known)
}

async function anonymousOf(id: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
  const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / bytesInKilobyte
}
