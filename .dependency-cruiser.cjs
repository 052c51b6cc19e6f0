/** The arrows of the house: functions → lib; local → functions, lib; the core knows no edge. */
const { readdirSync } = require('node:fs')
const { join } = require('node:path')

const adapters = '^lib/adapters/'
const edges = '^lib/(adapters|runtime)/'
// A use-case has the name of its function.
const useCases = readdirSync(join(__dirname, 'functions')).map(it => it.replace('.', '\\.'))

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'core-knows-no-edge',
      comment: 'A use-case or rule takes what it needs as an argument.',
      severity: 'error',
      from: { path: '^lib/', pathNot: edges },
      to: { path: edges },
    },
    {
      name: 'only-runtime-and-callback-read-config',
      severity: 'error',
      from: { path: '^(lib|functions)/', pathNot: '^(lib/runtime/|functions/)' },
      to: { path: '^lib/config\\.ts$' },
    },
    {
      name: 'adapters-know-no-use-case',
      comment: 'Adapters see ports, errors, and the types and pure rules of the core.',
      severity: 'error',
      from: { path: adapters },
      to: {
        path: `^(functions|lib/runtime)/|^lib/(${useCases.join('|')})$`,
      },
    },
    {
      name: 'aws-and-middy-at-the-edge-only',
      severity: 'error',
      from: { path: '^lib/', pathNot: adapters },
      to: { path: 'node_modules/(@aws-sdk|@smithy|@middy|@aws-lambda-powertools|@types/aws-lambda)/' },
    },
    { name: 'lib-stands-alone', severity: 'error', from: { path: '^lib/' }, to: { path: '^(functions|local|test)/' } },
    {
      name: 'functions-stand-on-lib',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(local|test|functions)/' },
    },
    {
      name: 'box-and-client-share-nothing',
      comment: 'Or both would be wrong together.',
      severity: 'error',
      from: { path: '^local/wechat/' },
      to: { path: '^(lib|functions)/|^local/[^/]+\\.ts$' },
    },
    {
      name: 'door-and-signer-share-nothing',
      comment: 'What judges signatures must not be wrong as what makes them.',
      severity: 'error',
      from: { path: '^local/s3-door/' },
      to: { path: '^(lib|functions)/|^local/[^/]+\\.ts$' },
    },
    { name: 'nothing-stands-on-tests', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
