/** A function that nobody called for weeks: Lambda has taken its network away, and makes it anew at the first call, which fails. */

/** What Lambda refuses such a call with, first and while the function's state is Pending. */
const notReady: ReadonlySet<string> = new Set([
  'ResourceNotReadyException',
  'ResourceConflictException',
  'CodeArtifactUserPendingException',
])

const pauseMs = 10_000
/** Lambda takes a minute or two; then something is wrong with the subnets or the role. */
const mostTries = 19

export type Waiting = {
  /** Says what is waited for; once. */
  readonly tell: (text: string) => void
  readonly sleep: (ms: number) => Promise<void>
}

function isNotReady(error: unknown): boolean {
  return error instanceof Error && notReady.has(error.name)
}

/** Asks again and again, for three minutes, while the function `name` is not ready; throws what the last call threw. */
export async function askAwake<T>(name: string, ask: () => Promise<T>, { tell, sleep }: Waiting): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!isNotReady(error) || tries === mostTries) throw error
      if (tries === 1)
        tell(`${name} was idle for weeks: AWS connects it again, in a minute or two · 函数久未调用，正在恢复`)
      await sleep(pauseMs)
    }
  }
}
