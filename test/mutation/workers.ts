/** Processes that try mutants: one that takes too long is killed, and another takes its place. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

import * as v from 'valibot'

import type { Order, Report } from './worker.ts'

const reported = v.object({ failure: v.exactOptional(v.string()), took: v.record(v.string(), v.number()) })

/** Opens one process. */
export function openWorker() {
  let child: ChildProcess | undefined

  return {
    /** What came of an order; `timeout` if it did not end in time, as with a loop without end. */
    async run(order: Order, limitMs: number): Promise<Report | 'timeout'> {
      child ??= await start()
      const answer = Promise.withResolvers<unknown>()
      const late = setTimeout(() => answer.resolve('timeout'), limitMs)
      const onExit = () => answer.resolve('timeout')
      child.once('message', answer.resolve).once('exit', onExit)
      child.send(order)
      const message = await answer.promise
      clearTimeout(late)
      child.off('exit', onExit).off('message', answer.resolve)
      if (message !== 'timeout') return v.parse(reported, message)
      this.kill()
      return 'timeout'
    },
    kill() {
      child?.kill('SIGKILL')
      child = undefined
    },
  }
}

async function start(): Promise<ChildProcess> {
  const child = fork(new URL('./worker.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const [message]: unknown[] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  if (message !== 'ready') throw new Error('the process that runs the tests did not start')
  return child
}
