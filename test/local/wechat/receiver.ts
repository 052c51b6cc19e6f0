/** A back end that takes callbacks, as tests want it to behave. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { vi } from 'vitest'
import { listen } from '../../listen.ts'
import { patience } from '../../patience.ts'

export type Received = { method: string; query: URLSearchParams; body: string }
export type Reaction = { status?: number; body?: string } | 'never' | ((received: Received) => string)

/** Opens a receiver that closes with the test; reactions are used one by one, then it answers `success`. */
export async function openReceiver(...reactions: Reaction[]) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const message = await read(request)
    received.push(message)
    react(reactions.shift() ?? { body: 'success' }, message, response)
  })
  return {
    url: `${await listen(server)}/callback`,
    received,
    /** Waits until so many requests came. */
    until: (count: number) =>
      vi.waitFor(() => {
        if (received.length < count) throw new Error(`${received.length} of ${count} callbacks came`)
      }, patience),
  }
}

async function read(request: IncomingMessage): Promise<Received> {
  const query = new URL(request.url ?? '', 'http://receiver').searchParams
  return { method: request.method ?? '', query, body: await text(request) }
}

function react(reaction: Reaction, message: Received, response: ServerResponse): void {
  if (reaction === 'never') return
  if (typeof reaction === 'function') response.end(reaction(message))
  else response.writeHead(reaction.status ?? 200).end(reaction.body ?? '')
}
