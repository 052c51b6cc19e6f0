/** The command line: finds the verb, then helps, or starts it. */

import { setTimeout as delay } from 'node:timers/promises'

import { SettingsError } from '../../local/environment.ts'
import { helpOf, helpOfAll } from './help.ts'
import { UsageError } from './options.ts'
import { createJsonScreen, createScreen, type Screen } from './screen.ts'
import type { Session } from './session.ts'
import { findVerb, verbs } from './verbs.ts'

const wrongOptions = 2

/** Runs what this process was started for, and sets its exit code. */
export async function main(): Promise<void> {
  const { argv, stderr } = process
  try {
    process.exitCode = await carryOut(argv.slice(2))
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof SettingsError)) throw error
    stderr.write(`${error.message}\n`)
    process.exitCode = wrongOptions
  }
}

async function carryOut([name, ...args]: readonly string[]): Promise<number> {
  if (asksForHelp(name)) return tell(helpOfAll(verbs.map(it => it.spec)))
  const { spec, load } = findVerb(name)
  // No option takes it for a value, so whoever asks for help starts nothing.
  if (args.some(asksForHelp)) return tell(helpOf(spec))
  const { start } = await load()
  return inSession(args.includes('--json'), session => start(args, session))
}

function asksForHelp(arg: string | undefined): boolean {
  return arg === '--help' || arg === '-h'
}

function tell(text: string): number {
  process.stdout.write(text)
  return 0
}

async function inSession(isJson: boolean, run: (session: Session) => Promise<number>): Promise<number> {
  const { env, stdout, stderr } = process
  const leaving = new AbortController()
  const { signal } = leaving
  const leave = () => leaving.abort()
  // Asked a second time, the process ends at once.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, leave)
  // Nobody reads any more, as behind `| head`; what is open must be closed all the same.
  for (const stream of [stdout, stderr]) stream.on('error', leave)
  const sleep = (ms: number) => delay(ms, undefined, { signal })
  try {
    return await run({ env, screen: openScreen(isJson), now: Date.now, sleep, signal })
  } finally {
    // Whatever still waits for an answer keeps nobody here.
    leaving.abort()
  }
}

function openScreen(isJson: boolean): Screen {
  const { stdout, stderr } = process
  const write = (text: string) => void stdout.write(text)
  const writeError = (text: string) => void stderr.write(text)
  const columns = () => (stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined)
  return isJson ? createJsonScreen({ write, writeError }) : createScreen({ write, writeError, columns, now: Date.now })
}
