/** What the files `queqiao` and npm's scripts start. Written for any Node, for this may be run by an old one. */

const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { features, stderr } = require('node:process')

const isInstalled = existsSync(join(__dirname, '../node_modules'))

if (isInstalled && features.typescript) {
  void import('./command/main.ts').then(({ main }) => main())
} else {
  stderr.write('First run: npm ci. It brings the packages, and a Node that is new enough where the machine has none.\n')
  process.exitCode = 1
}
