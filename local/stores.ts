import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import dynalite from 'dynalite'
import { buildApp } from 'fauxqs'
import { openKeptStores } from './kept/queues.ts'

/** A running emulator. */
export type Store = {
  url: string
  close(): Promise<void>
}

const loopbackHost = '127.0.0.1'
/** So long it waits for answers when it is closed. */
const answerMs = 1000
// The calls whose answers hold queue URLs.
const queueUrlCall = /\.(GetQueueUrl|CreateQueue|ListQueues)$/

/** Starts DynamoDB (dynalite) with its tables in a folder, or with none in memory. */
export async function openDynamoDb(port: number, path?: string): Promise<Store> {
  const server = dynalite({ createTableMs: 0, ...(path === undefined ? {} : { path }) }).listen(port, loopbackHost)
  await once(server, 'listening')
  const answers = answersOf(server)
  return {
    url: `http://${loopbackHost}:${port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      // Dynalite throws, where nobody can catch it, if its tables are closed while it answers: what comes now gets no answer.
      server.removeAllListeners('request')
      await Promise.race([answers.allEnded(), delay(answerMs, undefined, { ref: false })])
      server.closeAllConnections()
      await closed
    },
  }
}

/** The answers that a server has not ended. */
function answersOf(server: Server) {
  const open = new Set<ServerResponse>()
  server.on('request', (_request, response) => {
    open.add(response)
    response.once('close', () => open.delete(response))
  })
  return { allEnded: () => Promise.all([...open].map(it => once(it, 'close'))) }
}

/** Starts SQS and S3 (fauxqs) with their data in a folder, or in memory, on loopback only; fauxqs' own start listens on every interface. */
export async function openSqs(port: number, region: string, dataDir?: string): Promise<Store> {
  const url = `http://${loopbackHost}:${port}`
  await takeAllCharacters()
  const kept = dataDir === undefined ? undefined : await openKeptStores(dataDir)
  const app = buildApp({ logger: false, defaultRegion: region, ...(kept && { stores: kept.stores }) })

  // fauxqs separates queues by region; here every client finds the same queues, whatever its region.
  app.addHook('onRequest', async request => {
    const { authorization } = request.headers
    if (authorization) request.headers.authorization = authorization.replace(/\/[^/]+\/sqs\//, `/${region}/sqs/`)
  })
  // Its queue URLs say sqs.<region>.localhost, which not every machine resolves, and the SDK uses a queue's URL.
  app.addHook('onSend', async (request, _reply, payload) => {
    const isQueueUrlCall = queueUrlCall.test(String(request.headers['x-amz-target']))
    if (!isQueueUrlCall || typeof payload !== 'string') return payload
    return payload.replaceAll(/http:\/\/sqs\.[^/"]+\.localhost(:\d+)?\//g, `${url}/`)
  })

  // It copies the object even if it has changed meanwhile; S3 checks the condition.
  app.addHook('preHandler', async (request, reply) => {
    const { 'x-amz-copy-source': source, 'x-amz-copy-source-if-match': etag } = request.headers
    if (typeof source !== 'string' || etag === undefined) return
    const { headers, statusCode } = await app.inject({ method: 'HEAD', url: `/${source.replace(/^\//, '')}` })
    if (statusCode !== 200 || headers.etag === etag) return
    return reply.code(412).type('application/xml').send('<Error><Code>PreconditionFailed</Code></Error>')
  })

  await app.listen({ port, host: loopbackHost })
  return {
    url,
    async close() {
      await app.close()
      kept?.close()
    },
  }
}

/** fauxqs rejects an emoji or 𠮷, which SQS accepts: it checks UTF-16 halves, not whole characters. */
async function takeAllCharacters(): Promise<void> {
  const types = new URL('./sqs/sqsTypes.js', import.meta.resolve('fauxqs'))
  const { INVALID_MESSAGE_BODY_CHAR: invalid }: { INVALID_MESSAGE_BODY_CHAR: RegExp } = await import(types.href)
  // Half a character cannot be encoded in UTF-8, which SQS messages use.
  const valid = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u
  invalid.test = text => !valid.test(text)
}
