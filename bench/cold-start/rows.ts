/** Cold starts as rows of the bench. */

import { median, spread, sum } from '../figures.ts'
import type { Row, Value } from '../part.ts'
import type { Measured, Times } from './measure.ts'

type One = Measured['functions'][number]

/** What is counted: clients of AWS in a bundle that nothing in the function's environment names; the doctor's look at Lambda is one. */
export function countRows({ functions }: Measured): Row[] {
  const unasked = functions.flatMap(({ door, bundles }) => bundles.clients.filter(it => !door.asksFor.includes(it)))
  const all = functions.flatMap(it => it.bundles.clients)
  const beside = { 'AWS clients in all bundles': all.length }
  return [{ what: 'AWS clients that no variable of their function names', ours: unasked.length, beside, worse: 'more' }]
}

/** Each function by itself, and what is demanded of all together. */
export function timeRows(measured: Measured): Row[] {
  const { functions } = measured
  return [...demandRows(measured), ...functions.flatMap(it => rowsOf(it, measured))]
}

function demandRows({ functions, empty }: Measured): Row[] {
  const load = (of: (one: One) => Times) => sum(functions.map(it => median(of(it).loadMs)))
  const beyond = functions.map(it => (median(it.ours.loadMs) - median(it.clients.loadMs)) / median(empty.times.loadMs))
  return [
    {
      what: 'load of all functions, of their AWS clients alone',
      unit: '×',
      ours: load(it => it.ours) / load(it => it.clients),
      beside: { 'AWS clients alone': 1 },
      goal: { atMost: 1.1 },
      headline: {
        en: 'load of all functions, beside their AWS clients alone',
        zh: '全部函数的加载时间，与仅加载其 AWS 客户端相比',
      },
    },
    {
      what: 'the most that a function loads beyond its AWS clients, of an empty function',
      unit: '×',
      ours: Math.max(...beyond),
      beside: { 'empty function': 1 },
      goal: { atMost: 2 },
    },
    {
      what: 'load of all functions, as CommonJS',
      unit: 'ms',
      ours: load(it => it.ours),
      beside: { 'as ES modules': load(it => it.twin), 'AWS clients alone': load(it => it.clients) },
    },
  ]
}

function rowsOf({ door, bundles, ours, clients }: One, { empty, peers }: Measured): Row[] {
  const hasClients = bundles.clients.length > 0
  const besides = (
    own: Value | undefined,
    none: Value,
    of: (peer: Measured['peers'][number]) => Value | undefined,
  ) => ({
    ...(own !== undefined && hasClients && { 'AWS clients alone': own }),
    'empty function': none,
    // Beside the one that does what they do.
    ...(door.name === 'send' && Object.fromEntries(peers.flatMap(it => entryOf(it.name, of(it))))),
  })
  const answered = ours.answerMs.length === 0 ? [] : [ours.answerMs]
  return [
    {
      what: `${door.name}: size`,
      unit: 'KB',
      ours: kilobytes(bundles.deployed.bytes),
      beside: besides(kilobytes(bundles.reference.bytes), kilobytes(empty.bytes), it => kilobytes(it.bytes)),
    },
    {
      what: `${door.name}: load`,
      unit: 'ms',
      ours: spread(ours.loadMs),
      beside: besides(spread(clients.loadMs), spread(empty.times.loadMs), it => spread(it.times.loadMs)),
    },
    ...answered.map(times => ({
      what: `${door.name}: first answer`,
      unit: 'ms',
      ours: spread(times),
      beside: besides(undefined, spread(empty.times.answerMs), it =>
        it.times.answerMs.length === 0 ? undefined : spread(it.times.answerMs),
      ),
    })),
  ]
}

function entryOf(name: string, value: Value | undefined): [string, Value][] {
  return value === undefined ? [] : [[name, value]]
}

function kilobytes(bytes: number): number {
  return Math.round((bytes / 1024) * 10) / 10
}
