/** An HTTP answer with its JSON body; `told` says it in one line. */
export type JsonAnswer = {
  status: number
  body: unknown
  told: string
}

/** What a call may carry. */
export type JsonCall = {
  signal: AbortSignal
  body?: unknown
  bearer?: string
  headers?: Record<string, string>
}

const toldLength = 300

/**
 * Calls an HTTP API and reads its answer, whatever its status is; a body that is no JSON is given as text. No redirect is
 * followed: what was meant for one host is told to no other.
 */
export async function callJson(
  method: string,
  url: string,
  { signal, body, bearer, headers }: JsonCall,
): Promise<JsonAnswer> {
  const response = await fetch(url, {
    method,
    signal,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const told = `${method} ${url} → ${response.status} ${text.slice(0, toldLength)}`
  return { status: response.status, body: parseIfJson(text), told }
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
