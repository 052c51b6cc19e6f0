/** Fails a test file that shows what must never show: in what its process writes, or in an error that a test expects. */

import { afterAll, chai, expect } from 'vitest'

import { leaksIn } from './canary.ts'

/** What was found in this file so far. */
export const leaks: string[] = []
const logLine = /^\{"level":"/

// Hooks run from the last to the first: this one comes when the file's own have ended.
afterAll(() => expect(leaks).toEqual([]))

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream)
  stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    lookAt('written', text)
    // Our log is for this look alone: nobody who runs the tests wants to read it.
    return logLine.test(text) || write(chunk, ...rest)
  }) as typeof write
}

chai.use(({ Assertion }, { flag, overwriteMethod }) => {
  overwriteMethod(
    Assertion.prototype,
    'toThrow',
    (toThrow: (...args: unknown[]) => unknown) =>
      function (this: object, ...args: unknown[]) {
        const subject: unknown = flag(this, 'object')
        // A function has yet to throw; of a promise this is what it was rejected with.
        if (typeof subject === 'function') flag(this, 'object', () => lookInto(() => subject()))
        else lookAt('thrown', subject)
        return toThrow.apply(this, args)
      },
  )
})

function lookInto(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    lookAt('thrown', error)
    throw error
  }
}

function lookAt(how: string, value: unknown): void {
  const { currentTestName = 'outside of a test' } = expect.getState()
  leaks.push(...leaksIn(value).map(it => `${how} by "${currentTestName}": ${it}`))
}
