/** What has to be uploaded, and what could go: the folder's files beside what the bucket has. */

import { hash } from 'node:crypto'

import mime from 'mime'

import { staticKey, staticPrefix } from '../../lib/files/static-name.ts'
import { type FoundFile, manifestName } from './find-files.ts'

export type DigestedFile = FoundFile & { readonly md5: string }

/** An object to put; `from` is a file, or the bytes themselves. */
export type Upload = {
  readonly key: string
  readonly md5: string
  readonly from: FoundFile | Uint8Array
  readonly size: number
  readonly contentType: string
  readonly cacheControl: string
}

/** What the bucket has, by key; `etag` without its quotes. */
export type Stored = ReadonlyMap<string, { readonly size: number; readonly etag: string }>

export type Plan = {
  /** In the order in which they may be put at once: a name is told when what it names is there. */
  readonly steps: readonly (readonly Upload[])[]
  /** How many objects are there already as they should be. */
  readonly unchanged: number
  /** Keys that nothing in the folder asks for. */
  readonly gone: readonly string[]
}

const forFiveMinutes = 'public, max-age=300'
const forAYear = 'public, max-age=31536000, immutable'
const hashLength = 8
const unknown = 'application/octet-stream'
const isText = /^text\/|^application\/json$/

/** Plans an upload. */
export function planUpload(files: readonly DigestedFile[], stored: Stored): Plan {
  const manifest = new Map(files.map(it => [it.name, hashedName(it)]))
  const hashed = files.map(it => uploadOf(it, hashedName(it), forAYear))
  const plain = files.map(it => uploadOf(it, it.name, forFiveMinutes))
  const all = [hashed, plain, [manifestOf(manifest)]]
  const wanted = new Set(all.flat().map(it => it.key))
  const steps = all.map(step => step.filter(it => !isThere(it, stored)))
  return {
    steps,
    unchanged: all.flat().length - steps.flat().length,
    gone: [...stored.keys()].filter(it => it.startsWith(staticPrefix) && !wanted.has(it)),
  }
}

/** `icons/logo.png` becomes `icons/logo.1a2b3c4d.png`. */
export function hashedName({ name, md5 }: Pick<DigestedFile, 'name' | 'md5'>): string {
  const hash = md5.slice(0, hashLength)
  const dot = name.lastIndexOf('.')
  return dot > name.lastIndexOf('/') ? `${name.slice(0, dot)}.${hash}${name.slice(dot)}` : `${name}.${hash}`
}

function uploadOf(file: DigestedFile, name: string, cacheControl: string): Upload {
  const { size, md5 } = file
  return { key: staticKey(name), from: file, size, md5, contentType: contentTypeOf(file.name), cacheControl }
}

function manifestOf(names: ReadonlyMap<string, string>): Upload {
  const bytes = Buffer.from(`${JSON.stringify(Object.fromEntries(names), null, 2)}\n`)
  return {
    key: staticKey(manifestName),
    md5: hash('md5', bytes),
    from: bytes,
    size: bytes.length,
    contentType: contentTypeOf(manifestName),
    cacheControl: 'no-cache',
  }
}

function isThere({ key, size, md5 }: Upload, stored: Stored): boolean {
  const found = stored.get(key)
  return found !== undefined && found.size === size && found.etag === md5
}

/** What a file is, by its ending: `application/octet-stream` for one that is not known; texts are in UTF-8. */
export function contentTypeOf(name: string): string {
  // A name without a dot has no ending, and would be taken for one itself.
  const type = /\.[^./]+$/.test(name) ? (mime.getType(name) ?? unknown) : unknown
  return isText.test(type) ? `${type}; charset=utf-8` : type
}
