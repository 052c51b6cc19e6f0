/** Reading of request bodies with a bound. */
import type { IncomingMessage } from 'node:http'

/** The largest body that is read; WeChat's own limit is about as large. */
const largestBodyBytes = 4 * 1024 * 1024

/** Reads a body; `too-large` as soon as it exceeds the bound, `broken` when the caller went away. */
export async function readBody(request: IncomingMessage): Promise<Buffer | 'too-large' | 'broken'> {
  if (Number(request.headers['content-length'] ?? 0) > largestBodyBytes) return 'too-large'
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request) {
      chunks.push(Buffer.from(chunk))
      size += chunk.length
      if (size > largestBodyBytes) return 'too-large'
    }
  } catch {
    return 'broken'
  }
  return Buffer.concat(chunks)
}
