/** How long a fresh process takes, and what the rows of cold starts make of it. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { startFresh } from '../../bench/cold-start/fresh.ts'
import type { Measured, Times } from '../../bench/cold-start/measure.ts'
import { timeRows } from '../../bench/cold-start/rows.ts'

describe('a fresh process', () => {
  const bundle = async (source: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'queqiao-test-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'function.cjs')
    await writeFile(file, source)
    return file
  }

  it('is timed to its load, to its answer, and from the start of the process', async () => {
    const file = await bundle('exports.handler = async ({ name }) => ({ name, uptimeMs: performance.now() })')
    const { answer, loadMs, answerMs, startMs } = await startFresh({ file, event: { name: 'it' }, env: {} })
    expect(answer).toEqual({ name: 'it', uptimeMs: expect.any(Number) })
    expect(answerMs).toBeGreaterThan(loadMs)
    expect(answer).toHaveProperty(
      'uptimeMs',
      expect.toSatisfy((uptimeMs: number) => uptimeMs < startMs),
    )
  })

  it('is only loaded without an event', async () => {
    const fresh = await startFresh({ file: await bundle('exports.handler = () => process.exit(1)'), env: {} })
    expect(fresh.answer).toBeNull()
    expect(fresh).not.toHaveProperty('answerMs')
  })
})

describe('the rows of cold starts', () => {
  const times = (loadMs: number[], answerMs: number[] = [], startMs: number[] = []): Times => ({
    ...{ loadMs, answerMs, startMs },
  })
  const one = (name: string, ours: Times, clients: Times): Measured['functions'][number] => {
    const bundle = { file: `${name}.cjs`, bytes: 1024 }
    const bundles = { deployed: bundle, reference: bundle, twin: bundle, clients: ['dynamodb'] }
    return {
      door: { name, source: `functions/${name}.ts`, asksFor: ['dynamodb'] },
      bundles,
      ours,
      clients,
      twin: times([50]),
    }
  }
  const measured: Measured = {
    functions: [
      // The second round is one of a machine that is twice as slow.
      one(
        'quick',
        times([50, 100, 50], [60, 120, 60], [100, 200, 100]),
        times([48, 96, 48], [49, 98, 49], [90, 180, 90]),
      ),
      one(
        'slow',
        times([51, 102, 51], [130, 260, 130], [170, 340, 170]),
        times([48, 96, 48], [49, 98, 49], [90, 180, 90]),
      ),
      one('never invoked', times([52, 104, 52]), times([48, 96, 48], [49, 98, 49], [90, 180, 90])),
    ],
    empty: { bytes: 102, times: times([1, 2, 1], [1, 2, 1], [40, 80, 40]) },
    peers: [],
  }
  const row = (what: string) => timeRows(measured).find(it => it.what.startsWith(what))

  it('have the load beyond the AWS clients beside that of an empty bundle', () => {
    expect(row('the most that a function loads')).toMatchObject({ ours: 4, goal: { atMost: 2 } })
  })

  it("have the start to the first answer, less what AWS clients add, beside an empty function's", () => {
    // 170 - (90 - 40) = 120, of 40.
    const found = row("the most of a function's start")
    expect(found).toMatchObject({ ours: 3, beside: { 'empty function': 1 }, goal: { atMost: 2 } })
  })

  it('have the start of each function that answers, beside its AWS clients alone', () => {
    expect(row('slow: start to first answer')).toMatchObject({
      ours: { median: 170, min: 170, max: 340 },
      beside: { 'AWS clients alone': { median: 90 }, 'empty function': { median: 40 } },
    })
    expect(row('never invoked: start')).toBeUndefined()
  })
})
