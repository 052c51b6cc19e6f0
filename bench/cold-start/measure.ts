/** Bundles all functions, and starts each in fresh processes, in turn with its AWS clients alone, an empty function, and peers. */

import { join } from 'node:path'

import type { BuildOptions } from 'esbuild'

import type { Door } from '../../kit/service.ts'
import { installPeers } from '../peers/install.ts'
import { type Bundle, type Bundles, buildBundles, bundleText } from './bundles.ts'
import { startFresh } from './fresh.ts'
import { answering, emptySource, peerSources } from './peers.ts'

/** Of each round; without a first answer there is only the load. */
export type Times = { readonly loadMs: number[]; readonly answerMs: number[]; readonly startMs: number[] }
export type Measured = {
  readonly functions: readonly {
    readonly door: Door
    readonly bundles: Bundles
    readonly ours: Times
    readonly clients: Times
    /** In the module system that is not deployed. */
    readonly twin: Times
  }[]
  readonly empty: { readonly bytes: number; readonly times: Times }
  readonly peers: readonly { readonly name: string; readonly bytes: number; readonly times: Times }[]
}

type Given = {
  readonly doors: readonly Door[]
  readonly settings: BuildOptions
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** What each function is invoked with first; those without are only loaded. */
  readonly events: Readonly<Record<string, object>>
  readonly rounds: number
}

/** The module systems are compared over all functions together, for which a fifth of the rounds is plenty. */
const twinEvery = 5

export async function measureColdStart(given: Given, tell: (what: string) => void): Promise<Measured> {
  const all = await prepare(given)
  for (let round = 0; round < given.rounds; round++) {
    tell(`round ${round + 1} of ${given.rounds}`)
    await startAll(all, given, round % twinEvery === 0)
  }
  return all
}

/** Each once, in turn, so that a slow moment of the machine strikes them alike. */
async function startAll({ functions, empty, peers }: Prepared, { env, events }: Given, withTwins: boolean) {
  await startOnce(empty.file, empty.times, { env, event: {} })
  for (const { door, bundles, ours, clients, twin } of functions) {
    await startOnce(bundles.deployed.file, ours, { env, event: events[door.name] })
    await startOnce(bundles.reference.file, clients, { env, event: {} })
    if (withTwins) await startOnce(bundles.twin.file, twin, { env })
  }
  for (const it of peers) await startOnce(it.file, it.times, { env, event: answering.has(it.name) ? {} : undefined })
}

type Prepared = Awaited<ReturnType<typeof prepare>>

async function prepare({ doors, settings, folder }: Given) {
  const installed = await installPeers()
  const functions = await Promise.all(
    doors.map(async door => {
      const bundles = await buildBundles(door, settings, folder)
      return { door, bundles, ours: noTimes(), clients: noTimes(), twin: noTimes() }
    }),
  )
  const bundled = (contents: string, from: string, name: string): Promise<Bundle> =>
    bundleText(contents, from, { settings, place: join(folder, 'others', name) })
  const empty = { ...(await bundled(emptySource, folder, 'empty')), times: noTimes() }
  const peers = await Promise.all(
    Object.entries(peerSources).map(async ([name, source]) => {
      return { name, ...(await bundled(source, installed, name)), times: noTimes() }
    }),
  )
  return { functions, empty, peers }
}

type Start = { readonly env: Readonly<Record<string, string>>; readonly event?: object | undefined }

async function startOnce(file: string, times: Times, { env, event }: Start): Promise<void> {
  const { loadMs, answerMs, startMs } = await startFresh({ file, env, ...(event && { event }) })
  times.loadMs.push(loadMs)
  if (answerMs === undefined) return
  times.answerMs.push(answerMs)
  times.startMs.push(startMs)
}

function noTimes(): Times {
  return { loadMs: [], answerMs: [], startMs: [] }
}
