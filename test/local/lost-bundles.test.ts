/** What the local stack answers when a function cannot be loaded: as API Gateway does, and never as if all were well. */

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { readSettings } from '../../local/environment.ts'
import { callJson } from '../../local/http-json.ts'
import { pickFreePorts } from '../../local/ports.ts'
import { openStack, type Stack } from '../../local/stack.ts'
import { patience } from '../patience.ts'

const lines: string[] = []
let stack: Stack
let folder: string

beforeAll(async () => {
  const settings = { ...readSettings({}), ports: await pickFreePorts('127.0.0.1') }
  const note = (line: string) => void lines.push(line)
  stack = await openStack({ settings, env: process.env, onFunctionLine: note, report: note })
  folder = `.local/${settings.ports.api}`
}, 90_000)

afterAll(() => stack?.close())

it('keeps its bundles where no package empties them', () => {
  expect(folder).not.toMatch(/^\.?\/?(\.esbuild|\.serverless)/)
})

it('answers 500 for a function that cannot be loaded, and its log says why', async () => {
  const [bundle = ''] = (await readdir(folder, { recursive: true })).filter(it => it.endsWith('callback.cjs'))
  await rm(join(folder, bundle))
  const call = (method: string) =>
    callJson(method, `${stack.addresses.api}/callback?signature=x`, { signal: AbortSignal.timeout(patience.timeout) })

  const answers = await Promise.all([call('GET'), call('POST')])

  expect(answers).toMatchObject(Array(2).fill({ status: 500, body: { message: 'Internal Server Error' } }))
  await expect.poll(() => lines.join('\n'), patience).toContain('Cannot find module')
})

it('tells a queue’s trigger that a function failed', async () => {
  const url = `${stack.addresses.invoke}/2015-03-31/functions/queqiao-local-callback/invocations`
  const answer = await fetch(url, { method: 'POST', body: '{}' })
  expect(answer.headers.get('x-amz-function-error')).not.toBeNull()
})
