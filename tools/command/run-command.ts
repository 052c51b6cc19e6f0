/** The life of a command: reads its options, runs, and leaves with an exit code. */

import { setTimeout as delay } from 'node:timers/promises'

import { type Environment, SettingsError } from '../../local/environment.ts'
import { UsageError } from './options.ts'
import { createScreen, type Screen } from './screen.ts'

/** What a command is run with. */
export type Session = {
  readonly env: Environment
  readonly screen: Screen
  /** Milliseconds. */
  readonly now: () => number
  /** Rejects when nobody wants to watch any more. */
  readonly sleep: (ms: number) => Promise<void>
  /** Aborted when nobody wants to watch any more. */
  readonly signal: AbortSignal
}

export type Command<O> = {
  readonly helpText: string
  /** Throws UsageError for options that cannot be meant. */
  readonly parse: (args: readonly string[], env: Environment) => O | 'help'
  /** Answers the exit code. */
  readonly run: (options: O, session: Session) => Promise<number>
}

/** As shells count an end by Ctrl-C. */
export const interrupted = 130

const wrongOptions = 2

/** Runs a command in this process. */
export async function runCommand<O extends object>({ helpText, parse, run }: Command<O>): Promise<void> {
  const { argv, env, stdout, stderr } = process
  try {
    const options = parse(argv.slice(2), env)
    if (options === 'help') stdout.write(helpText)
    else process.exitCode = await inSession(session => run(options, session))
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof SettingsError)) throw error
    stderr.write(`${error.message}\n`)
    process.exitCode = wrongOptions
  }
}

async function inSession(run: (session: Session) => Promise<number>): Promise<number> {
  const { env, stdout, stderr } = process
  const leaving = new AbortController()
  const { signal } = leaving
  const leave = () => leaving.abort()
  // Asked a second time, the process ends at once.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, leave)
  // Nobody reads any more, as behind `| head`; what is open must be closed all the same.
  for (const stream of [stdout, stderr]) stream.on('error', leave)
  const write = (text: string) => void stdout.write(text)
  const writeError = (text: string) => void stderr.write(text)
  const columns = () => (stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined)
  const screen = createScreen({ write, writeError, columns, now: Date.now })
  try {
    return await run({ env, screen, now: Date.now, sleep: ms => delay(ms, undefined, { signal }), signal })
  } finally {
    // Whatever still waits for an answer keeps nobody here.
    leaving.abort()
  }
}
