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
    ...beyondRows(functions, empty.times),
    {
      what: 'load of all functions, as CommonJS',
      unit: 'ms',
      ours: load(it => it.ours),
      beside: { 'as ES modules': load(it => it.twin), 'AWS clients alone': load(it => it.clients) },
    },
  ]
}

/** Two readings of one demand, the stricter first: of the load alone, and of what a start takes until its first answer. */
function beyondRows(functions: readonly One[], empty: Times): Row[] {
  const demand = { unit: '×', beside: { 'empty function': 1 }, goal: { atMost: 2 } }
  return [
    {
      what: 'the most that a function loads beyond its AWS clients, of an empty function',
      ours: Math.max(...functions.map(it => loadBeyond(it, empty))),
      ...demand,
    },
    {
      what: "the most of a function's start to its first answer beyond its AWS clients, of an empty one's",
      ours: Math.max(...functions.filter(isAnswering).map(it => startBeyond(it, empty))),
      ...demand,
    },
  ]
}

function loadBeyond({ ours, clients }: One, empty: Times): number {
  return (median(ours.loadMs) - median(clients.loadMs)) / median(empty.loadMs)
}

/** Its start without what its AWS clients add to that of an empty function, in empty functions; round by round. */
function startBeyond({ ours, clients }: One, empty: Times): number {
  const ratios = empty.startMs.map((none, round) => {
    const [own, withClients] = [ours.startMs[round] ?? Number.NaN, clients.startMs[round] ?? Number.NaN]
    return (own - (withClients - none)) / none
  })
  return median(ratios)
}

/** For some there is no event to begin with. */
function isAnswering({ ours }: One): boolean {
  return ours.answerMs.length > 0
}

function rowsOf(one: One, { empty, peers }: Measured): Row[] {
  const { door, bundles, ours, clients } = one
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
  const timed = (what: string, name: keyof Times, own?: Times): Row => ({
    what: `${door.name}: ${what}`,
    unit: 'ms',
    ours: spread(ours[name]),
    beside: besides(own && spread(own[name]), spread(empty.times[name]), it => spreadOf(it.times[name])),
  })
  return [
    {
      what: `${door.name}: size`,
      unit: 'KB',
      ours: kilobytes(bundles.deployed.bytes),
      beside: besides(kilobytes(bundles.reference.bytes), kilobytes(empty.bytes), it => kilobytes(it.bytes)),
    },
    timed('load', 'loadMs', clients),
    ...(isAnswering(one)
      ? [timed('first answer', 'answerMs'), timed('start to first answer', 'startMs', clients)]
      : []),
  ]
}

/** Undefined for what was never measured. */
function spreadOf(times: readonly number[]): Value | undefined {
  return times.length === 0 ? undefined : spread(times)
}

function entryOf(name: string, value: Value | undefined): [string, Value][] {
  return value === undefined ? [] : [[name, value]]
}

function kilobytes(bytes: number): number {
  return Math.round((bytes / 1024) * 10) / 10
}
