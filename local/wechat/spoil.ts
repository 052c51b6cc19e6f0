/** Applies the fault script to a finished answer. */
import type { ServerResponse } from 'node:http'
import { answer, errorBody, type WireAnswer } from './api/answer.ts'
import type { Call } from './api/endpoint.ts'
import type { Fault, FaultKind } from './faults.ts'
import { writeAnswer, writeHtml } from './write-answer.ts'

type Wire = { call: Call; response: ServerResponse; fault: Fault; text: string }

/** Until 2021 user strings could contain raw U+0007 and U+0014, and a backslash before the closing quote. */
const controlCharacters = '"nickname":"a\u0007b\u0014c",'
const loneBackslash = '"nickname":"y?v\\",'

const spoilers = {
  'reset-before': ({ response }) => reset(response),
  'reset-after': ({ response }) => reset(response),
  hang: () => undefined,
  slow: wire => wire.call.box.later(() => write(wire, wire.text), wire.fault.ms),
  status: ({ response, fault, call }) => writeHtml(response, call.box, fault.status),
  'empty-200': wire => write(wire, ''),
  truncated: ({ response, text, call: { box, path } }) => {
    writeAnswer(response, box, { path, text: text.slice(0, text.length / 2), length: Buffer.byteLength(text) })
    response.socket?.end()
  },
  'control-characters': wire => write(wire, intoUsers(wire.text, controlCharacters)),
  'lone-backslash': wire => write(wire, intoUsers(wire.text, loneBackslash)),
  'errcode-as-string': wire => write(wire, quoteErrcode(wire.text)),
  errcode: wire => write(wire, errorBody(wire.call, wire.fault)),
} satisfies Record<FaultKind, (wire: Wire) => void>

/** Answers a call with a fault; the call is carried out if the fault says so. */
export function answerWithFault(call: Call, response: ServerResponse, fault: Fault): WireAnswer {
  const done = fault.processed ? answer(call) : undefined
  // The fault needs a body although nothing was done: use WeChat's "system error".
  const text = done?.text ?? errorBody(call, { errcode: -1 })
  spoilers[fault.kind]({ call, response, fault, text })
  return done ?? { text: '', errcode: fault.kind === 'errcode' ? fault.errcode : -1, app: 'unknown' }
}

function write({ response, call: { box, path } }: Wire, text: string): void {
  writeAnswer(response, box, { path, text })
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

function intoUsers(text: string, member: string): string {
  const users = text.replaceAll('{"subscribe":', () => `{${member}"subscribe":`)
  return users === text ? text.replace('{', () => `{${member}`) : users
}

function quoteErrcode(text: string): string {
  const quoted = text.replace(/"errcode":(-?\d+)/, '"errcode":"$1"')
  return quoted === text ? text.replace('{', '{"errcode":"0","errmsg":"ok",') : quoted
}
