/** The files of pictures in memory: they pass the same contract suite as those in S3. */

import { createHash } from 'node:crypto'

import type { ImageFiles } from '../lib/images/ports.ts'
import { inRuns } from '../lib/pool.ts'

export type MemoryFiles = ImageFiles & {
  put(key: string, bytes: Uint8Array): void
  get(key: string): Uint8Array | undefined
  keys(): string[]
  /** The most bytes that one call has read. */
  mostRead(): number
}

export function memoryImageFiles(): MemoryFiles {
  const files = new Map<string, Uint8Array>()
  const etagOf = (bytes: Uint8Array) => `"${createHash('md5').update(bytes).digest('hex')}"`
  let mostRead = 0
  return {
    put: (key, bytes) => void files.set(key, bytes),
    get: key => files.get(key),
    keys: () => [...files.keys()].sort(),
    mostRead: () => mostRead,
    async head(key, most) {
      const file = files.get(key)
      if (file === undefined) return undefined
      const bytes = Uint8Array.from(file.subarray(0, most))
      mostRead = Math.max(mostRead, bytes.length)
      return { bytes, size: file.length, etag: etagOf(file) }
    },
    async read(key, etag) {
      const file = files.get(key)
      if (file === undefined || etag !== etagOf(file)) return undefined
      mostRead = Math.max(mostRead, file.length)
      return Uint8Array.from(file)
    },
    async write(key, bytes) {
      files.set(key, Uint8Array.from(bytes))
    },
    async copy(from, to, { etag }) {
      const file = files.get(from)
      if (file === undefined || (etag !== undefined && etag !== etagOf(file))) return false
      files.set(to, file)
      return true
    },
    async *list(prefix) {
      const keys = [...files.keys()].filter(it => it.startsWith(prefix))
      yield* inRuns(keys.sort(), 1000)
    },
    async remove(key) {
      files.delete(key)
    },
    readableUrl: async (key, seconds) => `http://127.0.0.1/${key}?seconds=${seconds}`,
  }
}
