/** Calls between two processes over IPC; those of one turn of the event loop travel as one message. */

/** A child process, or `process` inside of one. */
type Port = {
  send?(message: unknown): unknown
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: () => void): unknown
}

type Method = (...args: never[]) => unknown
/** What a process does for the other one, by names. */
export type Services = Readonly<Record<string, Readonly<Record<string, Method>>>>

export type Call = (service: string, method: string, args: readonly unknown[]) => Promise<unknown>

/** `[id, service, method, args]` asks, `[id, value]` answers, `[id, undefined, words]` says that it failed. */
type Letter = readonly [number, string, string, readonly unknown[]] | readonly [number, unknown, string?]

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

/** The other process ended before it answered. */
export class PeerEnded extends Error {}

/** Serves the other process, and answers how to call it. Both need `serialization: 'advanced'`. */
export function openPeer(port: Port, services: Services): Call {
  const waiting = new Map<number, Waiting>()
  const post = createOutbox(port)
  let asked = 0

  const serve = async ([id, service, method, args]: Extract<Letter, { length: 4 }>) => {
    try {
      const run = services[service]?.[method]
      if (run === undefined) throw new Error(`nobody here does ${service}.${method}`)
      post([id, await run(...(args as never[]))])
    } catch (error) {
      post([id, undefined, error instanceof Error ? (error.stack ?? error.message) : String(error)])
    }
  }
  const settle = ([id, value, words]: Exclude<Letter, { length: 4 }>) => {
    const it = waiting.get(id)
    waiting.delete(id)
    if (words === undefined) it?.resolve(value)
    else it?.reject(new Error(`in the other process: ${words}`))
  }
  port.on('message', message => {
    for (const it of message as readonly Letter[]) {
      if (it.length === 4) void serve(it)
      else settle(it)
    }
  })

  let hasEnded = false
  port.on('exit', () => {
    hasEnded = true
    for (const it of waiting.values()) it.reject(new PeerEnded('the other process has ended'))
  })

  return (service, method, args) =>
    new Promise((resolve, reject) => {
      if (hasEnded) return reject(new PeerEnded('the other process has ended'))
      waiting.set(++asked, { resolve, reject })
      post([asked, service, method, args])
    })
}

function createOutbox(port: Port): (letter: Letter) => void {
  let letters: Letter[] = []
  const flush = () => {
    const all = letters
    letters = []
    port.send?.(all)
  }
  return letter => {
    if (letters.push(letter) === 1) setImmediate(flush)
  }
}

/** A service of the other process as if it was here. */
export function remote<T extends object>(call: Call, service: string, methods: readonly (keyof T & string)[]): T {
  return Object.fromEntries(methods.map(it => [it, (...args: unknown[]) => call(service, it, args)])) as T
}
