/** The kept connections to one WeChat. */

import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { urlToHttpOptions } from 'node:url'

import { type Connection, keepConnection } from './connection.ts'

export type Connections = {
  /** A connection that waits for a call, the last used first, or a new one. */
  take(): Connection
  /** A new one: where a kept one was lost, the others may be lost as well. */
  open(): Connection
}

/** Opens none until it is needed. */
export function createConnections(baseUrl: URL): Connections {
  const connectTo = opener(baseUrl)
  const idle: Connection[] = []
  const readyEvent = isPlain(baseUrl) ? 'connect' : 'secureConnect'
  const listener = {
    idle: (it: Connection) => void idle.push(it),
    gone(it: Connection) {
      const at = idle.indexOf(it)
      if (at >= 0) idle.splice(at, 1)
    },
  }
  const open = () => keepConnection(connectTo(), readyEvent, listener)
  return {
    take() {
      for (let last = idle.pop(); last !== undefined; last = idle.pop()) if (last.isOpen()) return last
      return open()
    },
    open,
  }
}

function isPlain({ protocol }: URL): boolean {
  return protocol === 'http:'
}

/** The next connection resumes the TLS session of the last, which saves both sides half of the work. */
function opener(baseUrl: URL) {
  const { hostname, port } = urlToHttpOptions(baseUrl)
  const host = hostname ?? ''
  if (isPlain(baseUrl)) return () => connect({ host, port: Number(port ?? 80) })
  const place = { host, port: Number(port ?? 443), servername: isIP(host) === 0 ? host : '' }
  let session: Buffer | undefined
  return () => {
    const socket = connectTls({ ...place, ...(session && { session }) })
    socket.on('session', it => {
      session = it
    })
    return socket
  }
}
