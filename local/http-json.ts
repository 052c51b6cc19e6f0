/** An HTTP answer with its JSON body; `told` describes it in one line. */
export type JsonAnswer = {
  status: number
  body: unknown
  told: string
}

/** The optional parts of a call. */
export type JsonCall = {
  signal: AbortSignal
  body?: unknown
  bearer?: string
  headers?: Record<string, string>
}

const toldLength = 300

/**
 * Calls an HTTP API and returns its answer, whatever the status; a body that is not JSON is returned as text. Redirects
 * are not followed, so that nothing meant for one host is sent to another.
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
