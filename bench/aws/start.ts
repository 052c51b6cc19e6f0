/** Starts that AWS. */

import { join } from 'node:path'

import { remote } from '../../kit/peer.ts'
import { start } from '../../kit/processes.ts'
import type { Usage } from '../../kit/usage.ts'
import type { Filling } from './fill.ts'
import type { AwsCounts } from './server.ts'

export type Aws = {
  url(): Promise<string>
  usage(): Promise<Usage>
  /** Since the last time. */
  counts(): Promise<AwsCounts>
  fill(what: Filling): Promise<void>
  stop(): Promise<void>
}

/** Starts it; each answer comes after so long. */
export function startAws({ latencyMs }: { latencyMs: number }): Aws {
  const execArgv = ['--max-old-space-size=12000']
  const { call, stop } = start(join(import.meta.dirname, 'server.ts'), { args: [`${latencyMs}`], execArgv })
  return { ...remote<Omit<Aws, 'stop'>>(call, 'aws', ['url', 'usage', 'counts', 'fill']), stop }
}
