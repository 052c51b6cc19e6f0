import { pathToFileURL } from 'node:url'
import * as v from 'valibot'

/** The part of serverless-offline that runs a function. */
type LambdaFunction = { prototype: { setEvent(event: unknown): void; runHandler(): Promise<unknown> } }

const httpEvent = v.object({ requestContext: v.object({ http: v.object({ method: v.string() }) }) })

/** What API Gateway answers for a function that failed or could not be loaded. */
const internalError = {
  statusCode: 500,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Internal Server Error"}',
}

/** Makes serverless-offline answer 500 over HTTP if a function fails; by default it answers 200 with the error. */
export async function answerFailures(packageFile: string): Promise<void> {
  const { href } = new URL('src/lambda/LambdaFunction.js', pathToFileURL(packageFile))
  const { default: lambdaFunction }: { default: LambdaFunction } = await import(href)
  const { setEvent, runHandler } = lambdaFunction.prototype
  const overHttp = new WeakSet<object>()

  lambdaFunction.prototype.setEvent = function (event) {
    if (v.is(httpEvent, event)) overHttp.add(this)
    else overHttp.delete(this)
    setEvent.call(this, event)
  }
  lambdaFunction.prototype.runHandler = async function () {
    const isOverHttp = overHttp.has(this)
    try {
      return await runHandler.call(this)
    } catch (error) {
      if (!isOverHttp) throw error
      process.stderr.write(`✖ ${error instanceof Error ? error.stack : String(error)}\n`)
      return internalError
    }
  }
}
