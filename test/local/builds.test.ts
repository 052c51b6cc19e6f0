import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { context, type PluginBuild } from 'esbuild'
import { expect, it, onTestFinished } from 'vitest'

import { oneAfterAnother } from '../../local/builds.ts'
import { openFolder } from '../opened.ts'

// A list written in two steps would stay half read until somebody edits it again.
it('what is edited during a build is in the build that was asked for then, also after one that failed', async () => {
  const folder = await openFolder()
  const [entry, outfile] = [join(folder, 'entry.js'), join(folder, 'out.js')]
  await writeFile(entry, 'half = ')
  const { promise: loaded, resolve: isLoaded } = Promise.withResolvers<void>()
  const { promise: edited, resolve: isEdited } = Promise.withResolvers<void>()
  const slow = {
    name: 'slow',
    setup(build: PluginBuild) {
      build.onLoad({ filter: /entry\.js$/ }, async ({ path }) => {
        const contents = await readFile(path, 'utf8')
        isLoaded()
        await edited
        return { contents }
      })
    },
  }
  const esbuild = await context({ entryPoints: [entry], outfile, plugins: [slow], logLevel: 'silent' })
  onTestFinished(() => esbuild.dispose())
  const build = oneAfterAnother(async () => void (await esbuild.rebuild()))

  const first = expect(build()).rejects.toThrow('Unexpected end of file')
  await loaded
  await writeFile(entry, 'whole = 1')
  const second = build()
  isEdited()
  await first
  await second
  expect(await readFile(outfile, 'utf8')).toContain('whole = 1')
})
