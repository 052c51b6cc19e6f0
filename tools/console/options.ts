/** What `console` is told on the command line. */

import type { Environment } from '../../local/environment.ts'
import type { Stage } from '../../local/stage/place.ts'
import type { Spec } from '../command/help.ts'
import { readOptions, readStage, stageOptions, UsageError } from '../command/options.ts'

export type Options = Stage & {
  readonly port: number
  /** Where it listens; anything but loopback needs a token, which it makes. */
  readonly host: string
  /** Allows what changes the stage. */
  readonly isWriting: boolean
}

const defaultPort = 3200
const loopback = '127.0.0.1'

export const spec = {
  verb: 'console',
  summary:
    'opens the console of a stage in the browser: deliveries, queues, dead letters, people, quotas, sync, doctor',
  options: {
    port: { type: 'string', value: '<number>', summary: `where it listens; ${defaultPort}` },
    write: {
      type: 'boolean',
      summary: 'allows to move dead letters back and to open the gate; without it, it only reads',
    },
    ...stageOptions,
  },
  notes:
    'It uses your own credentials, and listens on loopback, or where HOST says: then its address has a token.\n' +
    'While a page is open it makes at most some 90 requests to AWS a minute, and none while no page is.',
  exitCodes: ['it was never asked to stop', 'it cannot listen'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options {
  const { port, write: isWriting = false, ...values } = readOptions(args, env, spec)
  return { ...readStage(values, env), port: portOf(port), host: env.HOST || loopback, isWriting }
}

/** 0 lets the system choose. */
function portOf(text: string | undefined): number {
  const port = text === undefined ? defaultPort : Number(text)
  if (/^\d{1,5}$/.test(text ?? `${defaultPort}`) && port <= 65_535) return port
  throw new UsageError(`--port takes a number up to 65535, not "${text}"`)
}

/** Tells whether nobody but this machine can connect there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
