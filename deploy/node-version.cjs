/** Serverless plugin: names the required Node version, before TypeScript plugins fail with a bare SyntaxError. */

// False or undefined if Node cannot run TypeScript by itself.
if (!process.features.typescript) {
  const how =
    'Run npx --no sls, or npm run …: both use the Node 24 that npm ci installs. node_modules/.bin/sls uses the machine’s own.'
  process.stderr.write(`This needs Node 24, and runs on ${process.version}. ${how}\n`)
  process.exit(1)
}

module.exports = class {}
