import { pathToFileURL } from 'node:url'

/** The part of serverless-offline that runs a function. */
type LambdaFunction = { prototype: { runHandler(): Promise<unknown>; cleanup(): Promise<void> } }

/**
 * Stops serverless-offline from killing running functions. By default it does whenever the code was rebuilt: the caller
 * would wait until its timeout, and an event until its queue shows it again.
 */
export async function letRunsEnd(packageFile: string): Promise<void> {
  const { href } = new URL('src/lambda/LambdaFunction.js', pathToFileURL(packageFile))
  const { default: lambdaFunction }: { default: LambdaFunction } = await import(href)
  const { runHandler, cleanup } = lambdaFunction.prototype
  const running = new WeakMap<object, Promise<unknown>>()

  lambdaFunction.prototype.runHandler = function () {
    const run = runHandler.call(this).finally(() => running.delete(this))
    running.set(this, run)
    return run
  }
  lambdaFunction.prototype.cleanup = async function () {
    const run = running.get(this)
    if (run === undefined) return cleanup.call(this)
    // Not awaited: until it has resolved, terminated workers are still given to callers.
    const end = () => cleanup.call(this)
    run.then(end, end)
  }
}
