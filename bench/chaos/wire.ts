/** A wire from one container to one address, on which every request and every answer can be stopped. */

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Hears of a request before it goes on, and of the first of its answer; if it says `cut`, that goes no further. */
export type Listener = (moment: 'request' | 'answer') => 'cut' | 'pass'
export type Wire = { readonly url: string; close(): void }

const requestLine = /^(?:GET|POST) \S+ HTTP/

/** Lays a wire to a port of this machine; it carries bytes, so that resets and broken answers stay what they are. */
export async function layWire(port: number, listener: Listener): Promise<Wire> {
  const open = new Set<Socket>()
  const server = createServer(near => join(near, connect(port, '127.0.0.1'), { listener, open }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function join(near: Socket, far: Socket, { listener, open }: { listener: Listener; open: Set<Socket> }): void {
  let isAwaited = false
  near.on('data', chunk => {
    if (requestLine.test(chunk.toString('latin1', 0, 200))) {
      isAwaited = true
      if (listener('request') === 'cut') return void far.destroy()
    }
    far.write(chunk)
  })
  far.on('data', chunk => {
    if (isAwaited && listener('answer') === 'cut') return void near.destroy()
    isAwaited = false
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
