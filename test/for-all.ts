/** What all tests of a file, or of a `describe`, have in common. */

import { afterAll, beforeAll } from 'vitest'

/** Opens it before the first of the tests, and closes it behind the last; the answer is of use to tests alone. */
export function openForAll<T extends { close(): unknown }>(open: () => Promise<T>, patienceMs = 120_000): T {
  let opened: T | undefined
  beforeAll(async () => {
    opened = await open()
  }, patienceMs)
  afterAll(() => opened?.close())
  return new Proxy({} as T, { get: (_, name) => Reflect.get(opened ?? {}, name) })
}
