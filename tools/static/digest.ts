/** What a file's content is known by. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

export type Digest = {
  /** As S3 tells it of an object that was put in one piece, in hexadecimal. */
  readonly md5: string
  readonly sha256: string
}

/** Reads a file piece by piece. */
export async function digestFile(path: string, signal: AbortSignal): Promise<Digest> {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')]
  for await (const piece of createReadStream(path, { signal })) {
    md5.update(piece)
    sha256.update(piece)
  }
  return { md5: md5.digest('hex'), sha256: sha256.digest('hex') }
}

/** The same of what is in memory. */
export function digestBytes(bytes: Uint8Array): Digest {
  const of = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex')
  return { md5: of('md5'), sha256: of('sha256') }
}
