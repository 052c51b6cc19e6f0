/** The fault script. */

import type { Box } from '../box.ts'
import { type Fault, type FaultKind, faultKinds } from '../faults.ts'
import { isFields } from '../json.ts'
import { ControlError, type Input, readInput } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { appNamed } from './which-app.ts'

const mostTimes = 1_000_000_000
const longestMs = 600_000

/** Kinds in which WeChat does nothing, unless the script says otherwise; others spoil a completed call's answer. */
const unprocessed = new Set<FaultKind>(['reset-before', 'status', 'errcode'])

/** Routes about faults. */
export const faultRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/faults', run: add },
  { method: 'GET', path: '/faults', run: ({ box }) => box.faults.all() },
  { method: 'DELETE', path: '/faults', run: ({ box }) => box.faults.clear() },
]

/** Appends to the script: one entry or a list of them. */
function add({ box, body }: ControlCall) {
  const entries: unknown[] = Array.isArray(body) ? body : [body]
  const faults = entries.map(entry => readFault(box, entry))
  box.faults.add(faults)
  return box.faults.all()
}

function readFault(box: Box, entry: unknown): Fault {
  if (!isFields(entry)) throw new ControlError('each fault must be an object')
  const input = readInput(entry)
  const kind = input.required('kind', input.choice('kind', faultKinds))
  const path = input.required('path', input.text('path'))
  if (path !== '*' && !path.startsWith('/')) throw new ControlError('"path" must be * or begin with a slash')
  return {
    path,
    kind,
    times: input.integer('times', mostTimes, 1) ?? 1,
    skip: input.integer('skip', mostTimes) ?? 0,
    processed: input.flag('processed') ?? !unprocessed.has(kind),
    ms: input.integer('ms', longestMs) ?? 1000,
    status: input.integer('status', 599, 200) ?? 502,
    errcode: input.integer('errcode', 2 ** 31, -(2 ** 31)) ?? -1,
    ...readNames(box, input),
  }
}

/** The members that are only set if given. */
function readNames(box: Box, input: Input): Pick<Fault, 'app' | 'errmsg'> {
  const [app, errmsg] = [input.text('app'), input.text('errmsg')]
  return {
    ...(app !== undefined && { app: appNamed(box, app).name }),
    ...(errmsg !== undefined && { errmsg }),
  }
}
