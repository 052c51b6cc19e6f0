/** The command line as processes, far from any account and from any `.env`. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

type Env = Readonly<Record<string, string>>

const program = join(import.meta.dirname, '../../queqiao')

/** Starts a verb. */
export function startTool(verb: string, args: readonly string[], env: Env = {}) {
  const clean = { PATH: process.env.PATH, HOME: join(tmpdir(), 'nobody'), AWS_EC2_METADATA_DISABLED: 'true', ...env }
  return spawn(program, [verb, ...args], { env: clean, cwd: tmpdir() })
}

/** Runs a verb to its end. */
export async function runTool(verb: string, args: readonly string[], env: Env = {}) {
  const child = startTool(verb, args, env)
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
