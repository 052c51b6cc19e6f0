/** Servers of tests. */

import type { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'

import { onTestFinished } from 'vitest'

import { listen as listenAnywhere } from '../kit/listen.ts'

/** Has a server listen until the test ends, on loopback; answers its address. */
export async function listen(server: HttpServer | HttpsServer, host = '127.0.0.1', wanted = 0): Promise<string> {
  const port = await listenAnywhere(server, host, wanted)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `${server instanceof HttpsServer ? 'https' : 'http'}://${host}:${port}`
}
