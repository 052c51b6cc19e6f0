/** Counts the sockets that this process opens, whatever opens them. */

import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Begins to count; answers how many there were so far, to any port or to one. */
export function watchSockets(port?: number): () => number {
  let count = 0
  subscribe('net.client.socket', message => {
    const { socket } = message as { socket: Socket }
    socket.once('connect', () => {
      if (port === undefined || socket.remotePort === port) count += 1
    })
  })
  return () => count
}
