/** WeChat's side of one HTTP request. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIPv4 } from 'node:net'
import { answer, type WireAnswer } from './api/answer.ts'
import type { Call } from './api/endpoint.ts'
import { endpointAt } from './api/endpoints.ts'
import { readCall } from './api/read-call.ts'
import type { Box } from './box.ts'
import type { Fault } from './faults.ts'
import { readBody } from './read-body.ts'
import { answerWithFault } from './spoil.ts'
import { writeAnswer, writeEmpty } from './write-answer.ts'

/** More than the log of calls keeps. */
const keptOfBody = 16 * 1024

/** Serves one call of the WeChat APIs. */
export async function serveApi(box: Box, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  // WeChat's gateway accepts no chunked body: 412 and nothing else.
  if (incoming.headers['transfer-encoding'] !== undefined) return writeEmpty(response, box, 412)
  const began = performance.now()
  const { path, search } = splitTarget(incoming.url ?? '/')
  const body = await readBody(incoming)
  if (body === 'broken') return
  if (body === 'too-large') return writeEmpty(response, box, 413)
  const request = { method: incoming.method ?? 'GET', path, search, body, address: addressOf(incoming) }
  const call = readCall(box, request)
  const fault = box.faults.take({ path, app: call.caller?.name })
  const answered = fault === undefined ? answer(call) : answerWithFault(call, response, fault)
  const answeredIn = record(call, answered, fault)
  response.once('close', () => answeredIn(performance.now() - began))
  if (fault === undefined) writeAnswer(response, box, { path, text: answered.text })
}

/** Path and raw query of a request target; WeChat compares the path literally, so nothing is normalised. */
export function splitTarget(target: string): { path: string; search: string } {
  const [path = '', ...search] = target.split('?')
  return { path, search: search.join('?') }
}

function record({ box, request }: Call, answered: WireAnswer, fault: Fault | undefined): (ms: number) => void {
  // Unknown paths share one name, or a scanner would fill the log of calls.
  const path = endpointAt(request.path) === undefined ? '(unknown path)' : request.path
  const spoilt = fault !== undefined && fault.kind !== 'errcode' && !fault.processed
  const { method, search: query } = request
  const about = { app: answered.app, method, path, errcode: spoilt ? null : answered.errcode }
  box.calls.record(about)
  const texts = { query, question: request.body.subarray(0, keptOfBody).toString(), answer: answered.text }
  return box.exchanges.add({ ...about, ...texts, fault: fault?.kind })
}

function addressOf(incoming: IncomingMessage): string {
  const address = incoming.socket.remoteAddress ?? ''
  const mapped = address.replace(/^::ffff:/, '')
  return isIPv4(mapped) ? mapped : address
}
