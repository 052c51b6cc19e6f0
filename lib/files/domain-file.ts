/** Serves the file with which WeChat verifies that a domain is ours, at the domain's root (docs/wechat.md 12.2). */

import { RequestError } from '../errors.ts'
import type { ImageFiles } from '../images/ports.ts'
import type { Now } from '../ports.ts'
import { fileUnknown } from './serve-files.ts'
import { staticKey } from './static-name.ts'

export type DomainFiles = {
  /** Returns the text of a file; throws RequestError 404 without such a file, 405 for a route that is only POST. */
  read(name: string): Promise<string>
}

type DomainFilesDeps = { readonly statics: Pick<ImageFiles, 'head'>; readonly now: Now }

const domainFile = /^[A-Za-z0-9_-]{1,64}\.txt$/
/** Top-level routes that accept only POST: a GET of them reaches this function. */
const posted: ReadonlySet<string> = new Set(['login', 'follow-codes', 'images'])
/** WeChat's own files have some dozen bytes. */
const maxBytes = 4096
const keepMs = 60_000
const maxKept = 100

/** Creates the reader. A text is cached for a minute; its absence is not, because it may just have been uploaded. */
export function createDomainFiles({ statics, now }: DomainFilesDeps): DomainFiles {
  const kept = new Map<string, { readonly text: string; readonly until: number }>()
  return {
    async read(name) {
      assertValidName(name)
      const known = kept.get(name)
      if (known !== undefined && known.until > now()) return known.text
      const found = await statics.head(staticKey(name), maxBytes)
      if (found === undefined || found.size > maxBytes) throw fileUnknown()
      if (kept.size >= maxKept) kept.clear()
      const text = new TextDecoder().decode(found.bytes)
      kept.set(name, { text, until: now() + keepMs })
      return text
    },
  }
}

function assertValidName(name: string): void {
  if (posted.has(name)) {
    throw new RequestError('method-not-allowed', 405, `/${name} takes POST alone.`, { allow: ['POST'] })
  }
  if (!domainFile.test(name)) throw fileUnknown()
}
