/** The current invocation: its request id for log lines, and tasks that run at its end. */

import type { Context } from 'aws-lambda'

import { inInvocation } from '../log-scope.ts'

type Task = (requestId: string) => void

const ends = new Set<Task>()

/** Registers a task for the end of each invocation of this container. */
export function atEnd(task: Task): void {
  ends.add(task)
}

/** Runs one invocation; the tasks run whether it fails or not. */
export function invoke<R>({ awsRequestId }: Pick<Context, 'awsRequestId'>, run: () => Promise<R>): Promise<R> {
  return inInvocation(awsRequestId, async () => {
    try {
      return await run()
    } finally {
      for (const task of ends) task(awsRequestId)
    }
  })
}
