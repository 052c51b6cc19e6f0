/** How long a fresh process takes to load a bundle as Lambda does it, and to its first answer; and how long with its own start. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import * as v from 'valibot'

/** A file to load, and what to invoke its `handler` with; without an event it is only loaded. */
export type Candidate = {
  readonly file: string
  readonly event?: object
  readonly env: Readonly<Record<string, string>>
}
export type Fresh = {
  /** From the beginning of the load, in milliseconds. */
  readonly loadMs: number
  readonly answerMs?: number | undefined
  /** From the beginning of the process until it told its answer, or that it has loaded. */
  readonly startMs: number
}

const run = promisify(execFile)

/** Lambda, too, imports from an ES module: the loader is warm. What functions print goes to the other stream. */
const script = `
import { createRequire } from 'node:module'
const [file, event] = process.argv.slice(1)
const print = process.stdout.write.bind(process.stdout)
process.stdout.write = () => true
const start = performance.now()
const { handler } = file.endsWith('.cjs') ? createRequire(import.meta.url)(file) : await import(file)
const loadMs = performance.now() - start
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 20_000 }
const answer = event === undefined ? undefined : await handler(JSON.parse(event), context)
const answerMs = event === undefined ? undefined : performance.now() - start
print(JSON.stringify({ loadMs, answerMs, answer: answer ?? null }), () => process.exit(0))
`
const printed = v.object({ loadMs: v.number(), answerMs: v.exactOptional(v.number()), answer: v.unknown() })

/** Starts a process for it; throws where the handler does. */
export async function startFresh({ file, event, env }: Candidate): Promise<Fresh & { readonly answer: unknown }> {
  const args = ['--input-type=module', '--eval', script, file, ...(event === undefined ? [] : [JSON.stringify(event)])]
  const began = performance.now()
  let startMs = Number.NaN
  const running = run(process.execPath, args, { env: { ...env } })
  running.child.stdout?.once('data', () => {
    startMs = performance.now() - began
  })
  const { stdout } = await running
  return { ...v.parse(printed, JSON.parse(stdout)), startMs }
}
