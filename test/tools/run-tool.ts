/** The command line as processes, far from any account and from any `.env`. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'

type Env = Readonly<Record<string, string>>

const program = join(import.meta.dirname, '../../queqiao')

/** Starts a verb. */
export function startTool(verb: string, args: readonly string[], env: Env = {}) {
  const clean = { PATH: process.env.PATH, HOME: join(tmpdir(), 'nobody'), AWS_EC2_METADATA_DISABLED: 'true', ...env }
  return spawn(program, [verb, ...args], { env: clean, cwd: tmpdir() })
}

/** Runs a verb to its end. */
export function runTool(verb: string, args: readonly string[], env: Env = {}) {
  return toItsEnd(startTool(verb, args, env))
}

/** Waits for the end of a process. */
export async function toItsEnd(child: ChildProcessByStdio<Writable | null, Readable, Readable>) {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}

type Service = 'lambda' | 'sqs' | 'dynamodb' | 'ssm' | 's3'

/** What makes a command take these services for AWS's. */
export function onAws(urls: Readonly<Partial<Record<Service, string>>>): Env {
  const endpoints = Object.entries(urls).map(([service, url]) => [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, url])
  return {
    ...Object.fromEntries(endpoints),
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_MAX_ATTEMPTS: '1',
  }
}
