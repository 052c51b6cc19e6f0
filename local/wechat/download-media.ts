/** Downloads the picture to be checked, as WeChat does: from the internet, and with limits. */
import type { Download } from './media-checks.ts'

const largestBytes = 10_000_000
const patienceMs = 10_000
const imageTypes = new Set(['image/jpeg', 'image/jpg', 'image/png', 'image/bmp', 'image/gif'])

/** Fetches a URL, or says why it cannot be checked; never throws. */
export async function downloadMedia(url: string): Promise<Download> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) })
    const problem = problemOf(response)
    if (problem === undefined) return await readWhole(response)
    await response.body?.cancel()
    return { problem }
  } catch (error) {
    return { problem: error instanceof Error && error.name === 'TimeoutError' ? 'time is up' : 'nobody answers' }
  }
}

function problemOf(response: Response): string | undefined {
  if (response.status !== 200) return `status ${response.status}`
  return imageTypes.has(typeOf(response)) ? undefined : 'not of an image type'
}

function typeOf({ headers }: Response): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

async function readWhole(response: Response): Promise<Download> {
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    // Leaving the loop ends the download.
    if (bytes > largestBytes) return { problem: 'more than 10 MB' }
  }
  return bytes === 0 ? { problem: 'empty' } : { bytes, type: typeOf(response) }
}
