import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port that the stack is about to use: its purpose, and the variable that changes it. */
export type PortUse = {
  port: number
  host: string
  purpose: string
  variable: string
}

/** Ports are in use by other programs; names each with the variable that changes it. */
export class PortsInUseError extends Error {
  override readonly name = 'PortsInUseError'
}

/** Checks that every port is free and used once; throws one PortsInUseError that lists all conflicts. */
export async function assertPortsFree(uses: readonly PortUse[]): Promise<void> {
  const taken = uses.map(({ port }) => port)
  const found: string[] = []
  for (const [index, use] of uses.entries()) {
    const other = uses.slice(0, index).find(it => it.port === use.port)
    found.push(...(await describeConflict(use, other, taken)))
  }
  if (found.length > 0) throw new PortsInUseError(found.join('\n'))
}

/** Picks ports for a separate stack, for tests. */
export async function pickFreePorts(host: string) {
  const [api, lambda, wechat, sqs, s3, dynamodb] = await Promise.all([
    pickFreePort(host),
    pickFreePort(host),
    pickFreePort(host),
    pickFreePort(host),
    pickFreePort(host),
    pickFreePort(host),
  ])
  return { api, lambda, wechat, sqs, s3, dynamodb }
}

/** Below the ephemeral ports (from 32,768), which any program may get before we listen. */
const range = { first: 12_000, count: 20_000 }
/** Concurrent processes start at different ports, because their ids are usually close together. */
const perProcess = 40
const highest = 65_535
let picked = 0

/** Picks a free port, and none twice in a process. */
export async function pickFreePort(host: string): Promise<number> {
  while (picked < range.count) {
    const port = range.first + ((process.pid * perProcess + picked++) % range.count)
    if (await isFree(port, host)) return port
  }
  throw new Error(`no port on ${host}`)
}

async function isFree(port: number, host: string): Promise<boolean> {
  return (await tryPort(port, host)) === undefined
}

/** Adds the suggested port to `taken`, so that no two suggestions are equal. `same` is a use that has this port. */
async function describeConflict(
  { port, host, purpose, variable }: PortUse,
  same: PortUse | undefined,
  taken: number[],
): Promise<string[]> {
  const why = same === undefined ? await tryPort(port, host) : `is that of ${same.purpose} as well`
  if (why === undefined) return []
  const other = await pickNextPort(port, host, taken)
  taken.push(other)
  return [`Port ${port} on ${host} (${purpose}) ${why}; ${variable} chooses another one, as in ${variable}=${other}`]
}

/** The next free port that is not among those `taken`. */
async function pickNextPort(port: number, host: string, taken: readonly number[]): Promise<number> {
  for (let next = port + 1; next <= highest; next += 1) {
    if (!taken.includes(next) && (await isFree(next, host))) return next
  }
  return pickFreePort(host)
}

/** Says why a port cannot be used; undefined if it can. */
async function tryPort(port: number, host: string): Promise<string | undefined> {
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    return isTaken ? 'is in use' : `cannot be used (${String(error)})`
  }
  server.close()
  await once(server, 'close')
  return undefined
}

/** The host to call for a server that listens on every interface. */
export function reachableHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
}
