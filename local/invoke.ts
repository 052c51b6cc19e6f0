/** The result of an invocation: the function's answer, its failure, or no connection. */
export type Invocation =
  | { kind: 'answered'; body: string }
  | { kind: 'failed'; reason: string }
  | { kind: 'unreachable'; cause: unknown }

/** Invokes a function through Lambda's Invoke API and waits for its answer. */
export async function invokeFunction(
  endpoint: string,
  name: string,
  event: unknown,
  signal: AbortSignal,
): Promise<Invocation> {
  try {
    const response = await fetch(`${endpoint}/2015-03-31/functions/${name}/invocations`, {
      method: 'POST',
      headers: { 'x-amz-invocation-type': 'RequestResponse' },
      body: JSON.stringify(event),
      signal,
    })
    const body = await response.text()
    const isFailure = !response.ok || response.headers.has('x-amz-function-error')
    return isFailure ? { kind: 'failed', reason: body.slice(0, 500) } : { kind: 'answered', body }
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return { kind: 'failed', reason: 'timed out' }
    return { kind: 'unreachable', cause: error }
  }
}
