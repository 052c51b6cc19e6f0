import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { type Builder, oneAfterAnother, tellBuilds } from './builds.ts'
import { answerFailures } from './failed-function.ts'
import { letRunsEnd } from './running-functions.ts'
import { keepGoodLists } from './templates.ts'

type Custom = { esbuild: { plugins?: readonly Plugin[] } }
/** The part of serverless that is read when a command starts: its plugin manager, with the service resolved. */
type PluginManager = {
  /** Only serverless-esbuild has a `bundle`. */
  plugins: (({ bundle: () => Promise<void> } & Builder) | { bundle?: never })[]
  serverless: { service: { provider: unknown; functions: unknown; resources: unknown; custom: Custom } }
}

const require = createRequire(import.meta.url)

// Runs the serverless command line in a process that ends with its parent, even if the parent was killed.
process.on('disconnect', () => process.exit(1))

// Passes on what is really deployed. `sls print` would do the same, but take three seconds more at each start.
const { prototype } = require('serverless/lib/classes/plugin-manager.js')
const { run } = prototype
prototype.run = function (this: PluginManager, commands: unknown) {
  const { provider, functions, resources, custom } = this.serverless.service
  custom.esbuild.plugins = [keepGoodLists()]
  for (const plugin of this.plugins) {
    if (!plugin.bundle) continue
    plugin.bundle = oneAfterAnother(plugin.bundle)
    tellBuilds(plugin, line => process.stdout.write(`${line}\n`))
  }
  process.send?.(JSON.parse(JSON.stringify({ provider, functions, resources })))
  return run.call(this, commands)
}

const offline = join(require.resolve('serverless-offline'), '../../package.json')
await answerFailures(offline)
await letRunsEnd(offline)
require('serverless/bin/serverless.js')
