/** What serverless.yml says of each function, and of how all of them are bundled. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

import type { BuildOptions } from 'esbuild'
import * as v from 'valibot'
import { parse } from 'yaml'

const environment = v.record(v.string(), v.string())
/** The apps of the stage decide how many schedules there are. */
const schedules = v.pipe(
  v.string(),
  v.regex(/^\$\{file\(resources\/schedules\.cjs\)/),
  v.transform(() => [{ schedule: 'once for each Official Account' }]),
)
const functions = v.record(
  v.string(),
  v.object({
    handler: v.string(),
    role: v.exactOptional(v.string()),
    timeout: v.exactOptional(v.number()),
    vpc: v.exactOptional(v.unknown()),
    environment: v.optional(environment, {}),
    events: v.optional(v.union([v.array(v.record(v.string(), v.unknown())), schedules]), []),
  }),
)
/** Functions that a parameter chooses, in a file of their own: one list per value of the parameter, maybe below `functions`. */
const chosen = v.pipe(v.string(), v.regex(/^\$\{file\(/))
const lists = v.record(v.string(), functions)

const serverless = v.object({
  params: v.object({ default: v.record(v.string(), v.unknown()) }),
  provider: v.object({ environment, timeout: v.number() }),
  custom: v.object({ esbuild: v.record(v.string(), v.unknown()) }),
  functions: v.array(v.union([functions, chosen])),
})

const settings = v.looseObject({
  outputFileExtension: v.string(),
  external: v.optional(v.array(v.string()), []),
  exclude: v.optional(v.array(v.string()), []),
  watch: v.optional(v.unknown()),
  /** A module of the project that exports them. */
  plugins: v.exactOptional(v.string()),
})

/** The other tags of CloudFormation are of no interest here. */
const getAtt = { tag: '!GetAtt', resolve: (text: string) => ({ 'Fn::GetAtt': text.split('.') }) }

/** Functions as serverless.yml declares them, by name. */
export type Functions = v.InferOutput<typeof functions>

/** A function: its source file, and the AWS clients that its environment speaks of. */
export type Door = { readonly name: string; readonly source: string; readonly asksFor: readonly string[] }

/** The service; `environment` holds only what is the same on every stage. */
export type Service = {
  readonly doors: readonly Door[]
  readonly build: BuildOptions
  readonly environment: Readonly<Record<string, string>>
}

/** Reads serverless.yml with the default parameters; of functions that a parameter chooses, all are there. */
export async function readService(): Promise<Service> {
  const { params, provider, custom } = v.parse(serverless, await readYaml('serverless.yml'))
  return {
    doors: doorsOf((await readFunctions()).functions),
    build: buildOptionsOf(custom.esbuild, params.default),
    environment: Object.fromEntries(Object.entries(provider.environment).filter(([, value]) => !value.includes('$'))),
  }
}

/** Reads the functions, all that any parameter chooses, with what all of them have: variables, and a limit in seconds. */
export async function readFunctions() {
  const { provider, functions } = v.parse(serverless, await readYaml('serverless.yml'))
  const lists = await Promise.all(functions.map(it => (typeof it === 'string' ? readChosen(it) : [it])))
  const all: Functions = Object.assign({}, ...lists.flat())
  return { functions: all, common: Object.keys(provider.environment), timeout: provider.timeout }
}

async function readChosen(reference: string): Promise<Functions[]> {
  const [, path = '', isBelow] = /^\$\{file\(([^)]+)\):(functions\.)?/.exec(reference) ?? []
  const file = await readYaml(path)
  return Object.values(isBelow ? v.parse(v.object({ functions: lists }), file).functions : v.parse(lists, file))
}

/** Reads a file of the project, after a change of its text; `!GetAtt` is what it stands for. */
export async function readYaml(path: string, change = (text: string) => text): Promise<unknown> {
  const text = await readFile(new URL(`../${path}`, import.meta.url), 'utf8')
  return parse(change(text), { merge: true, logLevel: 'error', customTags: [getAtt] })
}

function doorsOf(list: Functions): Door[] {
  return Object.entries(list).map(([name, { handler, environment }]) => ({
    name,
    source: handler.replace(/\.\w+$/, '.ts'),
    asksFor: clientsFor(Object.keys(environment)),
  }))
}

/** A variable names what is reached through a client: a table, a bucket, a queue, the place of the secrets, a bus. */
function clientsFor(variables: readonly string[]): string[] {
  const signs = { dynamodb: /_TABLE$/, s3: /_BUCKET$/, sqs: /_QUEUE$/, ssm: /^SECRETS_PREFIX$/, eventbridge: /_BUS$/ }
  return Object.entries(signs).flatMap(([client, sign]) => (variables.some(it => sign.test(it)) ? client : []))
}

/** As serverless-esbuild does it: its own settings are left out, the rest is esbuild's. */
function buildOptionsOf(esbuild: Record<string, unknown>, params: Record<string, unknown>): BuildOptions {
  const resolved = Object.entries(esbuild).map(([key, value]) => [key, params[paramNameOf(value)] ?? value])
  const { packager, outputWorkFolder, watch, exclude, external, outputFileExtension, plugins, ...rest } = v.parse(
    settings,
    Object.fromEntries(resolved),
  )
  const loaded = plugins === undefined ? {} : { plugins: createRequire(import.meta.url)(`../${plugins}`) }
  // Of these esbuild refuses by name what it does not know.
  return { ...rest, ...loaded, external: [...external, ...exclude], outExtension: { '.js': outputFileExtension } }
}

function paramNameOf(value: unknown): string {
  return typeof value === 'string' ? (/^\$\{param:(\w+)\}$/.exec(value)?.[1] ?? '') : ''
}
