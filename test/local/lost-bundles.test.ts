/** What the local stack answers when a function cannot be loaded: as API Gateway does, and never as if all were well. */

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { callJson } from '../../local/http-json.ts'
import { openForAll } from '../for-all.ts'
import { patience } from '../patience.ts'
import { openWholeStack, signal } from './whole-stack.ts'

const stack = openForAll(() => openWholeStack())
const folder = () => `.local/${stack.settings.ports.api}`

it('keeps its bundles where no package empties them', () => {
  expect(folder()).not.toMatch(/^\.?\/?(\.esbuild|\.serverless)/)
})

it('answers 500 for a function that cannot be loaded, and its log says why', async () => {
  const [bundle = ''] = (await readdir(folder(), { recursive: true })).filter(it => it.endsWith('callback.cjs'))
  await rm(join(folder(), bundle))
  const call = (method: string) => callJson(method, `${stack.addresses.api}/callback?signature=x`, { signal: signal() })

  const answers = await Promise.all([call('GET'), call('POST')])

  expect(answers).toMatchObject(Array(2).fill({ status: 500, body: { message: 'Internal Server Error' } }))
  await expect.poll(() => stack.lines.join('\n'), patience).toContain('Cannot find module')
})

it('tells a queue’s trigger that a function failed', async () => {
  const url = `${stack.addresses.invoke}/2015-03-31/functions/queqiao-local-callback/invocations`
  const answer = await fetch(url, { method: 'POST', body: '{}' })
  expect(answer.headers.get('x-amz-function-error')).not.toBeNull()
})
