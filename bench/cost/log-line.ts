/** A line as Lambda writes what a handler hands to the console: the instant, the id of the request, and the level before it. */

const requestId = '8476a536-e9f4-11e8-9739-2dfe598c3fcd'

export function logLine(...words: readonly string[]): void {
  process.stdout.write(`${new Date().toISOString()}\t${requestId}\tINFO\t${words.join(' ')}\n`)
}
