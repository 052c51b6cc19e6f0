/** One kept connection to WeChat, for one call after another. */

import type { Socket } from 'node:net'

import { TransportError, type TransportFailure } from '../../errors.ts'
import { AnswerTooLarge } from './answer-body.ts'
import { createAnswerReader, type RawAnswer } from './answer-reader.ts'

/** A reused connection was closed before any byte of an answer. */
export class StaleConnection extends Error {}

export type Connection = {
  isOpen(): boolean
  /** Sends a request and returns its answer within `timeoutMs`. Throws TransportError, and StaleConnection. */
  exchange(api: string, request: string, timeoutMs: number): Promise<RawAnswer>
}

/** What is heard of a connection: that it waits for its next call, that it is gone. */
type Listener = { readonly idle: (it: Connection) => void; readonly gone: (it: Connection) => void }

/** A page of 10,000 openids has some 310 KB; no answer of WeChat comes near this. */
const maxAnswerBytes = 4 * 1024 * 1024
/** WeChat closes idle sockets without notice (docs/wechat.md 1.4): we close ours earlier. */
const idleMs = 10_000
const connectMs = 3_000
/** What the other side says of its patience is cut by this, for our call has a way to go. */
const spareSeconds = 1

/** Keeps a connection on a socket, which is ready to send once it emits `readyEvent`. */
export function keepConnection(socket: Socket, readyEvent: string, { idle, gone }: Listener): Connection {
  const reader = createAnswerReader(maxAnswerBytes)
  const pending = createPending()
  const life = watch(socket, readyEvent)
  let isReused = false

  const fail: Fail = (failure, detail) => {
    pending.reject(api => new TransportError(api, failure, detail))
    socket.destroy()
  }
  const take = (answer: RawAnswer | undefined) => {
    if (answer === undefined) return
    isReused = true
    if (rest(socket, answer.keepSeconds)) idle(connection)
    pending.resolve(answer)
  }
  socket.on('data', bytes => {
    // Nobody asked: whatever follows would be taken for the answer to something else.
    if (!pending.isCalled()) return void socket.destroy()
    readOrFail(() => take(reader.read(bytes)), fail)
  })
  socket.once('end', () => take(reader.end()))
  socket.once('close', () => {
    gone(connection)
    if (reader.isAmid()) fail('reset', 'connection lost amid the answer')
    else if (!life.isReady) fail('connect', `no connection (${life.cause})`)
    else if (isReused) pending.reject(() => new StaleConnection())
    else fail('reset', `connection lost (${life.cause})`)
  })
  socket.setTimeout(idleMs, () => pending.isCalled() || socket.destroy())
  limitConnecting(socket, fail)

  const connection: Connection = {
    isOpen: () => socket.writable,
    exchange(api, request, timeoutMs) {
      if (isReused) socket.ref()
      // With its headers in one packet.
      socket.write(request)
      return pending.call(api, timeoutMs, fail)
    },
  }
  return connection
}

type Fail = (failure: TransportFailure, detail: string) => void

/** The call that waits for its answer, if any. */
function createPending() {
  type Waiting = {
    readonly api: string
    readonly timer: NodeJS.Timeout
    readonly resolve: (answer: RawAnswer) => void
    readonly reject: (error: Error) => void
  }
  let waiting: Waiting | undefined
  const end = () => {
    const ended = waiting
    waiting = undefined
    clearTimeout(ended?.timer)
    return ended
  }
  return {
    isCalled: () => waiting !== undefined,
    call(api: string, timeoutMs: number, fail: Fail): Promise<RawAnswer> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(fail, timeoutMs, 'timeout', `no answer within ${timeoutMs} ms`)
        waiting = { api, timer, resolve, reject }
      })
    },
    resolve: (answer: RawAnswer) => end()?.resolve(answer),
    reject(errorOf: (api: string) => Error) {
      const ended = end()
      ended?.reject(errorOf(ended.api))
    },
  }
}

/** What has become of a socket so far. */
function watch(socket: Socket, readyEvent: string) {
  const life = { isReady: false, cause: 'closed' }
  socket.once(readyEvent, () => {
    life.isReady = true
  })
  // Not once: an error that nobody hears ends the process.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    life.cause = error.code ?? 'unknown reason'
  })
  return life
}

function limitConnecting(socket: Socket, fail: Fail): void {
  const timer = setTimeout(fail, connectMs, 'connect', `no connection within ${connectMs} ms`)
  for (const over of ['connect', 'close']) socket.once(over, () => clearTimeout(timer))
}

/** Lets a socket wait for its next call, unless the other side would close it. */
function rest(socket: Socket, keepSeconds: number): boolean {
  const seconds = keepSeconds - spareSeconds
  if (seconds <= 0) socket.destroy()
  else if (seconds * 1000 < idleMs) socket.setTimeout(seconds * 1000)
  socket.unref()
  return seconds > 0
}

function readOrFail(read: () => void, fail: Fail): void {
  try {
    read()
  } catch (error) {
    if (error instanceof AnswerTooLarge) fail('too-large', `an answer of more than ${maxAnswerBytes} bytes`)
    else fail('reset', 'what came is no HTTP answer')
  }
}
