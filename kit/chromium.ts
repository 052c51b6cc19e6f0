/** The system's Chromium, for tests and benches in a browser. */

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** The names under which it is looked for. */
export const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Where it is; undefined if there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return chromiumNames.flatMap(name => folders.map(folder => join(folder, name))).find(existsSync)
}

/** Opens it without a window. */
export function openChromium(executablePath: string): Promise<Browser> {
  // Its sandbox does not work for root, as which containers run.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath, args })
}
