/** The sockets that this process opens, whatever opens them. */

import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Begins to count; answers how many there were so far, to any port or to one. */
export function watchSockets(port?: number): () => number {
  let count = 0
  onSocket(port, () => {
    count += 1
  })
  return () => count
}

/**
 * Begins to time calls to a port, from the writing of a request to the first bytes of its answer, whatever client makes
 * them; answers those since the last time, in milliseconds. The call for which a socket is opened is not among them.
 */
export function timeCalls(port: number): () => readonly number[] {
  let times: number[] = []
  onSocket(port, socket => {
    let beganAt: number | undefined
    socket.write = new Proxy(socket.write, {
      apply(write, self, args) {
        beganAt ??= performance.now()
        return Reflect.apply(write, self, args)
      },
    })
    socket.on('data', () => {
      if (beganAt !== undefined) times.push(performance.now() - beganAt)
      beganAt = undefined
    })
  })
  return () => {
    const all = times
    times = []
    return all
  }
}

function onSocket(port: number | undefined, seen: (socket: Socket) => void): void {
  subscribe('net.client.socket', message => {
    const { socket } = message as { socket: Socket }
    socket.once('connect', () => {
      if (port === undefined || socket.remotePort === port) seen(socket)
    })
  })
}
