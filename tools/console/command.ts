/** `console`: serves the views of a stage to the browser of whoever operates it. */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { networkInterfaces } from 'node:os'

import { type Console, createConsole } from '../../local/console-api/api.ts'
import type { Guard } from '../../local/console-api/guard.ts'
import type { ApiDeps } from '../../local/console-api/routes.ts'
import { AskError } from '../../local/stage/explain-failure.ts'
import { openStage } from '../../local/stage/open-stage.ts'
import { serveConsole } from '../../local/wechat/console/serve-console.ts'
import { interrupted, type Session, type Start } from '../command/session.ts'
import { isLoopback, type Options, parseOptions } from './options.ts'

/** At most 28 queries and some 14 queue sizes a round: some 90 requests a minute, and none while nobody listens. */
const lookEveryMs = 30_000

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  return runConsole(options, openStage(options, session), session)
}

type ConsoleSession = Pick<Session, 'screen' | 'signal' | 'sleep'>
type Stage = () => Omit<ApiDeps, 'isWriting'>

/** Serves until nobody wants it any more; answers the exit code. */
export async function runConsole(options: Options, stage: Stage, session: ConsoleSession): Promise<number> {
  const { screen, signal } = session
  const server = createServer()
  const port = await listen(server, options)
  if (port === undefined) {
    screen.problem(`✗ port ${options.port} of ${options.host} cannot be used: choose another with --port`)
    return 1
  }
  const guard = guardOf(options, port)
  const opened = createConsole(() => ({ ...stage(), isWriting: options.isWriting }), {
    guard,
    page: serveConsole,
    explain: explaining(screen),
  })
  server.on('request', opened.serve)
  screen.line(describe(options, guard))
  try {
    await lookUntilTheEnd(opened, session)
  } finally {
    opened.close()
    server.close()
    server.closeAllConnections()
  }
  return signal.aborted ? interrupted : 0
}

/** The page learns of what changed from here. */
async function lookUntilTheEnd({ look }: Console, { sleep, signal }: ConsoleSession): Promise<void> {
  while (!signal.aborted) {
    await look()
    await sleep(lookEveryMs).catch(() => undefined)
  }
}

async function listen(server: Server, { host, port }: Options): Promise<number | undefined> {
  // What never ends its headers is not waited for.
  server.headersTimeout = 10_000
  server.requestTimeout = 20_000
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
  const address = server.address()
  return typeof address === 'object' ? address?.port : undefined
}

/** Beyond loopback the token keeps strangers out; the browser says by which of our addresses it came. */
function guardOf({ host }: Options, port: number): Guard {
  if (isLoopback(host)) return { hosts: ['127.0.0.1', 'localhost', '[::1]'].map(it => `${it}:${port}`) }
  const isAny = host === '0.0.0.0' || host === '::'
  const own = Object.values(networkInterfaces()).flatMap(it => it ?? [])
  const names = isAny ? own.map(it => (it.family === 'IPv6' ? `[${it.address}]` : it.address)) : [host]
  const outward = names.toSorted((one, other) => Number(isLoopback(one)) - Number(isLoopback(other)))
  return { hosts: outward.map(it => `${it}:${port}`), token: randomBytes(24).toString('base64url') }
}

function describe({ stage, isWriting }: Options, { hosts: [host], token }: Guard): string {
  const query = token === undefined ? '' : `?token=${token}`
  const may = isWriting ? 'it may change the stage · 可写' : 'it only reads · 只读'
  return `The console of stage ${stage}: http://${host}/${query} (${may}). Ctrl-C ends it. · 控制台`
}

/** What nobody expected is told in the terminal alone, by its name: its text may have anything. */
function explaining(screen: Session['screen']) {
  return (error: unknown): string | undefined => {
    if (error instanceof AskError) return error.message
    screen.problem(`✗ the console failed: ${error instanceof Error ? error.name : 'unknown'}`)
    return undefined
  }
}
