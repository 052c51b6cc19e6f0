/** How to start a peer. */

import { join } from 'node:path'
import { remote } from '../../kit/peer.ts'
import { start } from '../../kit/processes.ts'
import type { PeerMessage, Timed, Told } from './process.ts'

/** A peer that says what comes of calls. */
export type SlimPeer = {
  readonly name: string
  open(url: string): Promise<void>
  send(messages: readonly PeerMessage[]): Promise<Told[]>
  login(code: string): Promise<Told | undefined>
  stop(): Promise<void>
}
/** One whose time is taken as well. */
export type Peer = Omit<SlimPeer, 'open'> & {
  /** For whoever pins it to a core. */
  readonly pid: number | undefined
  open(url: string, sockets?: number): Promise<void>
  time(message: PeerMessage, count: number, width: number): Promise<Timed>
}

/** Starts a peer in a process of its own; they must be installed. */
export function startPeer(name: string): Peer {
  return startWay(name, join(import.meta.dirname, `${name}.mjs`))
}

/** Starts any way to send, told by its file, as a peer. */
export function startWay(name: string, file: string): Peer {
  const { call, child, stop } = start(join(import.meta.dirname, 'process.ts'), { args: [file], isQuiet: true })
  const { pid } = child
  return {
    ...remote<Omit<Peer, 'name' | 'stop' | 'pid'>>(call, 'peer', ['open', 'send', 'login', 'time']),
    name,
    stop,
    pid,
  }
}

/** The values of a message as WeChat takes them. */
export function peerMessage(openid: string, templateId: string, data: Readonly<Record<string, string>>): PeerMessage {
  const values = Object.entries(data).map(([key, value]) => [key, { value }] as const)
  return { openid, templateId, data: Object.fromEntries(values) }
}
