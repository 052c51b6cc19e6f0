/** A wire from one container to one address, on which every request and every answer can be seen, and stopped. */

import { connect, createServer, type Socket } from 'node:net'

import { listen } from '../../kit/listen.ts'

/**
 * Hears of a request before it goes on, by the first of its bytes, and of the first of its answer. What is `cut` goes no
 * further, and ends the connection.
 */
export type Listener = (moment: 'request' | 'answer', head: string) => 'cut' | 'pass'
/** Sees what passed on one connection, as latin1 text: what left, and what came back to a caller that still waits. */
export type Tap = { sent(text: string, isHead: boolean): void; received(text: string): void }
export const noTap: Tap = { sent: () => undefined, received: () => undefined }
type Ears = { readonly listener: Listener; readonly openTap: () => Tap }
export type Wire = { readonly url: string; close(): void }

const requestLine = /^(?:GET|POST) \S+ HTTP/

/** Lays a wire to a port of this machine; it carries bytes, so that resets and broken answers stay what they are. */
export async function layWire(port: number, ears: Ears): Promise<Wire> {
  const open = new Set<Socket>()
  const server = createServer(near => join(near, connect(port, '127.0.0.1'), { ears, open }))
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function join(near: Socket, far: Socket, { ears, open }: { ears: Ears; open: Set<Socket> }): void {
  const { listener } = ears
  const tap = ears.openTap()
  let isAwaited = false
  near.on('data', chunk => {
    const text = chunk.toString('latin1')
    const isHead = requestLine.test(text.slice(0, 2000))
    if (isHead) {
      isAwaited = true
      if (listener('request', text) === 'cut') return void far.destroy()
    }
    if (far.destroyed) return
    tap.sent(text, isHead)
    far.write(chunk)
  })
  far.on('data', chunk => {
    if (isAwaited && listener('answer', '') === 'cut') return void near.destroy()
    isAwaited = false
    if (!near.writable) return
    tap.received(chunk.toString('latin1'))
    near.write(chunk)
  })
  tie(near, far, open)
  tie(far, near, open)
}

/** What ends one side ends the other in the same way. */
function tie(socket: Socket, other: Socket, open: Set<Socket>): void {
  open.add(socket)
  socket.setNoDelay(true)
  socket.on('end', () => other.end())
  socket.on('error', () => other.resetAndDestroy())
  socket.on('close', () => {
    open.delete(socket)
    if (!other.destroyed) other.end()
  })
}
