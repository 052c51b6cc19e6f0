/** What an invocation is for the rest of the edge: its request in each line of the log, and what is done at its end. */

import type { Context } from 'aws-lambda'

import { inInvocation } from '../log-scope.ts'

type Task = (requestId: string) => void

const ends = new Set<Task>()

/** Has something done at the end of each invocation of this container. */
export function atEnd(task: Task): void {
  ends.add(task)
}

/** Runs one; its end is the same whether it fails or not. */
export function invoke<R>({ awsRequestId }: Pick<Context, 'awsRequestId'>, run: () => Promise<R>): Promise<R> {
  return inInvocation(awsRequestId, async () => {
    try {
      return await run()
    } finally {
      for (const task of ends) task(awsRequestId)
    }
  })
}
