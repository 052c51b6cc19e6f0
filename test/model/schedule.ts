/**
 * A virtual clock, and the steps of processes that a test takes in the order it likes.
 *
 * A request is two steps: it arrives, and then its work is done; its answer comes, and then the caller goes on.
 */

export type Process = {
  readonly name: string
  /** When (ms) it is ended from outside, as Lambda ends a function. */
  readonly deadline: number
  isAlive: boolean
  /** It was killed, or some request of its own failed. */
  isUnlucky: boolean
}

type Step = {
  readonly process: Process
  readonly kind: 'arrival' | 'answer' | 'sleep'
  readonly due: number
  readonly go: (isSlow: boolean) => void
  readonly fail: () => void
  /** When (ms) who waits gives up; or, of a dead process, when it is lost on its way. */
  lostAt: number
}

export type Schedule = ReturnType<typeof openSchedule>

/** How long anybody waits for an answer, where nothing else is said, and the error then. */
type Patience = { readonly limitMs?: number; readonly lost?: () => Error }
const lateMs = 20_000

/** What a request fails with when the schedule says so. */
export class LostAnswer extends Error {
  override readonly name = 'LostAnswer'
}

/** Everything that can go on goes on, to its next request. */
export function settle(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}

/** Opens a schedule; `onEnd` hears of a process that came to its deadline. */
export function openSchedule(start: number, onEnd: (process: Process) => void) {
  let at = start
  let steps: Step[] = []
  let isFree = false
  const alive = new Set<Process>()

  /** What it sent before may arrive: until it would have waited no longer, or at any time. */
  const kill = (process: Process, arrives: boolean | 'at any time') => {
    process.isAlive = false
    process.isUnlucky = true
    alive.delete(process)
    steps = steps.filter(it => it.process !== process || (arrives && it.kind === 'arrival'))
    if (arrives !== 'at any time') return
    for (const it of steps) if (it.process === process) it.lostAt = Infinity
  }
  const take = async (step: Step, { isSlow = false, fails = false } = {}) => {
    steps = steps.filter(it => it !== step)
    if (fails) step.process.isUnlucky = true
    if (fails) step.fail()
    else step.go(isSlow)
    await settle()
  }
  /** Whoever is over time ends; whoever has waited too long learns that no answer came. */
  const sweep = async () => {
    for (const process of alive) {
      if (process.deadline > at) continue
      kill(process, false)
      onEnd(process)
    }
    for (const late of steps.filter(it => it.lostAt <= at)) await take(late, { fails: true })
  }
  /** The work is done now; the answer comes now, or is a step of its own. */
  const arrive = <T>(of: Pick<Step, 'process' | 'fail' | 'lostAt'>, work: () => Promise<T>, back: Callbacks<T>) => {
    const answer = (isSlow: boolean, go: () => void) => {
      if (!of.process.isAlive) return
      if (isSlow) steps.push({ ...of, kind: 'answer', due: at, go })
      else go()
    }
    return (isSlow: boolean) =>
      void work().then(
        value => answer(isSlow, () => back.resolve(value)),
        error => answer(isSlow, () => back.reject(error)),
      )
  }

  return {
    now: () => at,
    take,
    kill,
    start(name: string, limitMs: number): Process {
      const process = { name, deadline: at + limitMs, isAlive: true, isUnlucky: false }
      alive.add(process)
      return process
    },
    /** It has ended by itself. */
    end(process: Process) {
      process.isAlive = false
      alive.delete(process)
    },
    isAlive: (name: string) => [...alive].some(it => it.name === name),
    due: () => steps.filter(it => it.due <= at),
    dueOf: (process: Process) => steps.filter(it => it.due <= at && it.process === process),
    isEmpty: () => steps.length === 0,
    async pass(ms: number) {
      const end = at + ms
      for (;;) {
        const next = Math.min(...steps.map(it => it.lostAt), ...[...alive].map(it => it.deadline))
        if (next > end) break
        at = Math.max(at, next)
        await sweep()
      }
      at = end
    },
    untilNext: () => Math.max(0, Math.min(...steps.map(it => it.due)) - at),
    /** Whether every request is done and answered at once, and whoever sleeps moves the clock. */
    setFree(on: boolean) {
      isFree = on
    },
    sleep(process: Process, ms: number): Promise<void> {
      if (isFree) {
        at += ms
        return Promise.resolve()
      }
      return new Promise(go => {
        steps.push({ process, kind: 'sleep', due: at + ms, go: () => go(), fail: go, lostAt: Infinity })
      })
    },
    request<T>(process: Process, work: () => Promise<T>, { limitMs = lateMs, lost }: Patience = {}): Promise<T> {
      if (isFree) return work()
      return new Promise((resolve, reject) => {
        const of = { process, fail: () => reject(lost?.() ?? new LostAnswer()), lostAt: at + limitMs }
        steps.push({ ...of, kind: 'arrival', due: at, go: arrive(of, work, { resolve, reject }) })
      })
    },
  }
}

type Callbacks<T> = { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void }
