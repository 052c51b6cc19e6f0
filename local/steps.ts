import { PortsInUseError } from './ports.ts'

/** One step of the demo, in words. */
type Step = {
  title: string
  /** A short Chinese translation. */
  titleZh: string
  /** The address that is called. */
  address: string
  /** The expected result; shown if it fails. */
  expected: string
  limitMs: number
}

/** What the work of a step receives. */
export type StepContext = {
  /** Aborted at the step's time limit. */
  signal: AbortSignal
  /** Records the last observation, to be shown if the step hangs. */
  saw: (what: string) => void
}

/** A step failed or hung; the message says which, what was expected and what was observed. */
export class StepError extends Error {
  override readonly name = 'StepError'
}

/** Plays steps one after another and prints each as it happens. */
export type Steps = {
  play<T>(step: Step, work: (context: StepContext) => Promise<{ result: T; told: string }>): Promise<T>
}

/** What a sequence of steps needs. */
export type StepsOptions = {
  write: (text: string) => void
  /** Milliseconds since some start. */
  now: () => number
  /** The functions' last error lines. */
  problems: () => string[]
}

/** Creates a sequence of steps; elapsed time counts from here. */
export function createSteps({ write, now, problems }: StepsOptions): Steps {
  const startedAt = now()
  let count = 0

  return {
    async play(step, work) {
      count += 1
      const stepStartedAt = now()
      const seen = { last: 'nothing' }
      write(`${count}. ${step.title} · ${step.titleZh}\n   ${step.address}\n`)
      try {
        const { result, told } = await runWithin(step.limitMs, signal =>
          work({
            signal,
            saw: what => {
              seen.last = what
            },
          }),
        )
        write(`   ✓ ${told}  (${seconds(now() - stepStartedAt)}; ${seconds(now() - startedAt)} since the start)\n`)
        return result
      } catch (error) {
        if (error instanceof PortsInUseError) throw error
        throw new StepError(describeFailure(count, step, error, seen.last, problems()), { cause: error })
      }
    },
  }
}

/** Work that ignores its signal is abandoned at the limit. */
async function runWithin<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new StepError(`did not finish within ${seconds(limitMs)}`))
    limit.abort()
  }, limitMs)
  try {
    return await Promise.race([late, work(limit.signal)])
  } finally {
    clearTimeout(timer)
  }
}

function describeFailure(number: number, step: Step, error: unknown, seen: string, problems: string[]): string {
  const why = error instanceof Error ? error.message : String(error)
  const log = problems.length === 0 ? [] : ['the functions’ last errors:', ...problems.map(line => `  ${line}`)]
  return [
    `✗ Step ${number} (${step.title}) ${error instanceof StepError ? why : `failed: ${why}`}`,
    ...[`address:  ${step.address}`, `expected: ${step.expected}`, `seen last: ${seen}`, ...log].map(
      line => `  ${line}`,
    ),
  ].join('\n')
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
