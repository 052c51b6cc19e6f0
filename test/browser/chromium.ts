/** The system's Chromium, for all tests of one file. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { chromiumNames, findChromium, openChromium } from '../../kit/chromium.ts'

/** Where it is; undefined if there is none, which is said aloud. */
export const chromiumPath = findChromium()
if (chromiumPath === undefined)
  process.stdout.write(`skipped: the browser tests need one of ${chromiumNames.join(', ')}\n`)

/** Opens it before the first test, and closes it after the last. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined
  beforeAll(async () => {
    if (chromiumPath !== undefined) browser = await openChromium(chromiumPath)
  })
  afterAll(() => browser?.close())
  return () => {
    if (browser === undefined) throw new Error('the browser is not open')
    return browser
  }
}
