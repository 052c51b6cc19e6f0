/** Servers of a run listen on loopback, wherever there is room. */

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { Server } from 'node:net'

/** Has a server listen; answers its port. */
export async function listen(server: Server, host = '127.0.0.1', wanted = 0): Promise<number> {
  server.listen(wanted, host)
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen')
  return address.port
}

/** Longer than any pause of a run: nobody is to find that a kept connection was closed in the moment of its next use. */
const keepAliveTimeout = 600_000

/** Opens a server of HTTP; closing it ends what is under way. */
export async function openServer(serve: RequestListener) {
  const server = createServer({ keepAliveTimeout }, serve)
  const port = await listen(server)
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
