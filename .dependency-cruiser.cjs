/** The arrows of the house: functions → lib; local → functions, lib; the core knows no edge, and each room only those below it. */
const { readdirSync } = require('node:fs')
const { join } = require('node:path')

const adapters = '^lib/adapters/'
const edges = '^lib/(adapters|runtime)/'
// A use-case has the name of its function.
const useCases = readdirSync(join(__dirname, 'functions')).map(it => it.replace('.', '\\.'))

/** Which rooms of lib/ each room may use, beside the files that stand in no room. */
const rooms = {
  wechat: [],
  tokens: [],
  images: ['tokens'],
  files: ['images'],
  followers: ['tokens', 'images'],
  sync: ['tokens', 'followers'],
  send: ['tokens', 'followers'],
  login: ['followers'],
  callback: ['followers', 'images', 'send'],
  doctor: ['tokens', 'send', 'callback'],
  menu: ['tokens', 'callback'],
  console: ['followers', 'send', 'doctor'],
}

const roomRules = Object.entries(rooms).map(([room, below]) => ({
  name: `${room}-knows-only-what-is-below`,
  severity: 'error',
  from: { path: `^lib/${room}/` },
  to: { path: '^lib/[^/]+/', pathNot: `^lib/(${[room, ...below].join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'what-all-use-stands-alone',
      comment: 'A file in no room of lib/ uses none.',
      severity: 'error',
      from: { path: '^lib/[^/]+\\.ts$' },
      to: { path: '^lib/[^/]+/' },
    },
    {
      name: 'each-file-has-its-room',
      comment: 'A new room is entered above.',
      severity: 'error',
      from: { path: `^lib/(?!(${Object.keys(rooms).join('|')}|adapters|runtime)/)[^/]+/` },
      to: {},
    },
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
        path: `^(functions|lib/runtime)/|^lib/[^/]+/(${useCases.join('|')})$`,
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
    {
      name: 'the-console-is-in-no-bundle',
      comment: 'It looks at a stage from the machine of whoever operates it.',
      severity: 'error',
      from: { path: '^(functions|lib)/', pathNot: '^lib/console/' },
      to: { path: '^lib/console/' },
    },
    {
      name: 'the-api-of-the-console-knows-no-aws',
      comment: 'Whoever mounts it opens what it looks at.',
      severity: 'error',
      from: { path: '^local/console-api/' },
      to: { path: '^(lib/(adapters|runtime)|functions|tools)/|node_modules/@aws-sdk/' },
    },
    {
      name: 'local-knows-no-tool',
      comment: 'What both ask a stage with is in local/stage/.',
      severity: 'error',
      from: { path: '^(local|lib|functions)/' },
      to: { path: '^tools/' },
    },
    { name: 'nothing-stands-on-tests', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    {
      name: 'kit-serves-tests-benches-and-checks-only',
      comment: 'It stands on all but them.',
      severity: 'error',
      from: { pathNot: '^(kit|test|bench|tools/needs)/' },
      to: { path: '^kit/' },
    },
    {
      name: 'kit-knows-no-bench-or-tool',
      severity: 'error',
      from: { path: '^kit/' },
      to: { path: '^(bench|tools)/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // What runs beside the project, with packages of its own.
    exclude: { path: '^test/behind/servers/|^bench/peers/.*\\.mjs$' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
