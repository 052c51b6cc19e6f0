import { pathToFileURL } from 'node:url'

/** The part of serverless-offline that runs a function. */
type LambdaFunction = { prototype: { runHandler(): Promise<unknown>; cleanup(): Promise<void> } }

/**
 * Has serverless-offline end no function amid its work. By itself it does whenever the code was built anew: the caller
 * would wait to its limit, and an event for its queue to show it again.
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
    // Not waited for: until this has resolved, those that were ended are still given to callers.
    const end = () => cleanup.call(this)
    run.then(end, end)
  }
}
