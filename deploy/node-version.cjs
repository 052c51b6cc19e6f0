/** Serverless plugin: says which Node is wanted, before one in TypeScript ends in a bare SyntaxError on an older one. */

// False, or unknown, where Node cannot read TypeScript by itself.
if (!process.features.typescript) {
  const how =
    'Run npx --no sls, or npm run …: both take the Node 24 that npm ci brings. node_modules/.bin/sls takes the machine’s own.'
  process.stderr.write(`This needs Node 24, and runs on ${process.version}. ${how}\n`)
  process.exit(1)
}

module.exports = class {}
