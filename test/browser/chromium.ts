/** The system's Chromium, for all tests of one file. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Where it is; undefined if there is none, which is said aloud. */
export const chromiumPath = findChromium()

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = names.flatMap(name => folders.map(folder => join(folder, name))).find(existsSync)
  if (found === undefined) process.stdout.write(`skipped: the browser tests need one of ${names.join(', ')}\n`)
  return found
}

/** Opens it before the first test, and closes it after the last. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined
  beforeAll(async () => {
    if (chromiumPath === undefined) return
    // Its sandbox does not work for root, as which containers run.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    browser = await chromium.launch({ executablePath: chromiumPath, args })
  })
  afterAll(() => browser?.close())
  return () => {
    if (browser === undefined) throw new Error('the browser is not open')
    return browser
  }
}
