/** What a file's content is known by: its MD5 in hexadecimal, as S3 tells it of an object that was put in one piece. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Reads a file piece by piece. */
export async function digestFile(path: string, signal: AbortSignal): Promise<string> {
  const md5 = createHash('md5')
  for await (const piece of createReadStream(path, { signal })) md5.update(piece)
  return md5.digest('hex')
}

/** The same of what is in memory. */
export function digestBytes(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}
