/** SQS by fauxqs, with the queues of resources/queues.yml; what the containers ask of it fails now and then. */

import { SQSClient } from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import * as v from 'valibot'

import { boxApps } from '../../kit/app.ts'
import { deployment } from '../../kit/deployment.ts'
import { parkedName } from '../../lib/adapters/aws/sqs-queues.ts'
import { pickFreePort } from '../../local/ports.ts'
import { provisionQueues } from '../../local/provision.ts'
import { clientAt } from './store.ts'

/** What a request meets: it is not carried out, or it is, and the answer is a failure all the same. */
export type QueueFault = 'refused' | 'answer-lost'

const message = v.object({ body: v.string(), delayUntil: v.optional(v.number()) })
const inspected = v.object({
  messages: v.object({
    ready: v.array(message),
    delayed: v.array(message),
    inflight: v.array(v.object({ message, visibilityDeadline: v.number() })),
  }),
})
const nullVisibility = v.object({ VisibilityTimeout: v.null() })
const queueUrlCall = /\.(GetQueueUrl|CreateQueue)$/

/** Where events wait for the account's quota. */
export const parkedQueue = parkedName('events', { official: boxApps.officials[0].name, priority: 'usual' })

/** What is in a queue: how much can be received, when more can be (ms), and all bodies. */
export type Content = { readonly ready: number; readonly dueAt: readonly number[]; readonly bodies: readonly string[] }

/** Opens it; `faultOf` is asked about every request that comes over a wire. */
export async function openQueues(faultOf: () => QueueFault | undefined) {
  const port = await pickFreePort('127.0.0.1')
  const host = `127.0.0.1:${port}`
  const app = buildApp({ logger: false, defaultRegion: 'us-east-1' })
  const lost = new WeakSet<object>()
  app.addHook('onRequest', async (request, reply) => {
    const fault = request.headers.host === host ? undefined : faultOf()
    if (fault === 'answer-lost') lost.add(request)
    if (fault !== 'refused') return
    return reply.code(503).send({ __type: 'ServiceUnavailable' })
  })
  // It takes null, as NaN looks in JSON, for a number; to SQS it is a parameter that is missing.
  app.addHook('preHandler', async (request, reply) => {
    if (!v.is(nullVisibility, request.body)) return
    return reply.code(400).send({ __type: 'MissingParameter', message: 'VisibilityTimeout' })
  })
  // The SDK follows a queue's URL: it must lead to where the request came from.
  app.addHook('onSend', async (request, reply, payload) => {
    if (lost.has(request)) reply.code(500)
    const isQueueUrlCall = queueUrlCall.test(String(request.headers['x-amz-target']))
    if (!isQueueUrlCall || typeof payload !== 'string') return payload
    return payload.replaceAll(/http:\/\/sqs\.[^/"]+\.localhost(:\d+)?\//g, `http://${request.headers.host}/`)
  })
  await app.listen({ port, host: '127.0.0.1' })
  return {
    port,
    /** Looks into a queue without taking anything out. */
    async look(name: string): Promise<Content> {
      const { body } = await app.inject({ url: `/_fauxqs/queues/${name}`, headers: { host } })
      const { messages } = v.parse(v.pipe(v.string(), v.parseJson(), inspected), body)
      const { ready, delayed, inflight } = messages
      const dueAt = [...delayed.map(it => it.delayUntil ?? 0), ...inflight.map(it => it.visibilityDeadline)]
      const bodies = [...ready, ...delayed, ...inflight.map(it => it.message)].map(it => it.body)
      return { ready: ready.length, dueAt, bodies }
    },
    close: () => void app.close(),
  }
}

/** Makes the deployment's queues, with the settings that they have on AWS, under short names; answers that of events. */
export async function makeQueues(port: number) {
  const sqs = new SQSClient(clientAt(port))
  const events = (await provisionQueues(sqs, deployment.queues)).get('EventsQueue')
  if (events === undefined) throw new Error('resources/queues.yml has no EventsQueue')
  return { sqs, events }
}
