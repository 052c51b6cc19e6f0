import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

/** Loads the plugin as serverless does, on a Node that has this to say of TypeScript. */
function load(typescript: string) {
  const script = `Object.defineProperty(process.features, 'typescript', { value: ${typescript} }); require('./deploy/node-version.cjs')`
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
  return { status, stderr }
}

it.each(['false', 'undefined'])('says which Node is wanted where Node reads no TypeScript (%s)', typescript => {
  expect(load(typescript)).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^This needs Node 24.* Run npx --no sls/),
  })
})

it('says nothing on a Node that does, and is loaded before the first plugin in TypeScript', async () => {
  expect(load("'strip'")).toEqual({ status: 0, stderr: '' })
  const { plugins } = parse(await readFile('serverless.yml', 'utf8'), { logLevel: 'silent' })
  expect(plugins[0]).toBe('./deploy/node-version.cjs')
})
