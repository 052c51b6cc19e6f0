/** Servers of tests. */

import { once } from 'node:events'
import type { Server } from 'node:http'

import { onTestFinished } from 'vitest'

/** Has a server listen on loopback until the test ends; answers its address. */
export async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}
