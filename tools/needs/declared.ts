/** What serverless.yml, the roles and the documents say of the functions. */

import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import * as v from 'valibot'

import { type Functions, readFunctions } from '../../kit/service.ts'
import { parkedQueues } from './rights.ts'
import { appKinds } from './secrets.ts'
import { root } from './source.ts'

/** A role: its rights as `Needs` spells them, and whether Lambda may put the function into the VPC by it. */
export type Role = { readonly rights: ReadonlySet<string>; readonly isInVpc: boolean }

export type Declared = {
  readonly functions: Functions
  /** The variables that every function has. */
  readonly common: readonly string[]
  readonly roles: Readonly<Record<string, Role>>
  /** The functions that the table of rights names. */
  readonly granted: readonly string[]
  /** The functions that may push back into the queue which triggers them. */
  readonly looping: readonly string[]
  /** All queues there are, by their resources. */
  readonly queues: readonly string[]
  /** The routes that docs/http-api.md tells of: `GET /me`. */
  readonly routes: readonly string[]
}

const statement = v.object({ Effect: v.string(), Action: v.array(v.string()), Resource: v.unknown() })
const role = v.object({
  Properties: v.object({
    Policies: v.array(v.object({ PolicyDocument: v.object({ Statement: v.array(statement) }) })),
  }),
})
const rolesFile = v.object({ Resources: v.record(v.string(), role) })
type Statement = v.InferOutput<typeof statement>

/** Reads all of it, with everything on that a parameter can turn on. */
export async function readDeclared(): Promise<Declared> {
  const { functions, common } = await readFunctions()
  const make = createRequire(import.meta.url)('../../resources/roles.cjs')
  const resolveVariable = async (name: string) => (name === 'self:functions' ? functions : valueOfVariable(name))
  const { Resources } = v.parse(rolesFile, await make({ resolveVariable }))
  const { deployedOf } = createRequire(import.meta.url)('../../resources/recursive-loops.cjs')
  const roles = Object.entries(Resources).map(([name, it]) => [name, roleOf(it)] as const)
  const granted = v.parse(v.array(v.string()), make.granted)
  return {
    ...{ functions, common, granted, roles: Object.fromEntries(roles) },
    looping: v.parse(v.array(v.string()), await deployedOf(resolveVariable)),
    queues: await readQueues(),
    routes: routesIn(await readFile(join(root, 'docs/http-api.md'), 'utf8')),
  }
}

/** The operator's own buses and queues are named as their variables say; everything else is on. */
function valueOfVariable(variable: string): string {
  const [, letter = '', rest = ''] = /^param:(\w)(\w*(?:Bus|Queue))$/.exec(variable) ?? []
  return rest === '' ? 'on' : `${letter.toUpperCase()}${rest}`
}

function roleOf({ Properties }: v.InferOutput<typeof role>): Role {
  const statements = Properties.Policies.flatMap(it => it.PolicyDocument.Statement)
  const actions = statements.flatMap(it => it.Action)
  return { rights: new Set(statements.flatMap(rightsIn)), isInVpc: actions.some(it => it.startsWith('ec2:')) }
}

/** Each function writes its log, and who is in the VPC is put there by Lambda: neither is the code's. */
function rightsIn({ Effect, Action, Resource }: Statement): string[] {
  if (Effect !== 'Allow') return []
  const own = Action.filter(it => !/^(logs|ec2):/.test(it))
  const places = [Resource].flat().flatMap(it => ofEachKind(placeOf(it)))
  return own.flatMap(action => places.map(it => `${action} on ${it}`))
}

/** A secret of all apps is one of both kinds. */
function ofEachKind(place: string): string[] {
  return place.startsWith('*-') ? appKinds.map(it => `${it}${place.slice(1)}`) : [place]
}

const reference = v.union([
  v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.literal('Arn')]) }),
  v.object({ 'Fn::Sub': v.string() }),
  v.literal('*'),
])

/** The name of what a statement is about, as `Needs` spells it. */
function placeOf(resource: unknown): string {
  const read = v.parse(reference, resource)
  if (read === '*') return read
  if ('Fn::GetAtt' in read) return read['Fn::GetAtt'][0]
  const text = read['Fn::Sub']
  const [, table, index] = /^\$\{(\w+)\.Arn\}\/(index\/.+)$/.exec(text) ?? []
  if (index !== undefined) return `${table}/${index}`
  if (/^\$\{Events\w+ParkedQueue\.Arn\}\*$/.test(text)) return parkedQueues
  // Of a bucket by its keys, which the code does not tell.
  const [, bucket] = /^\$\{(\w+)\.Arn\}\//.exec(text) ?? []
  return bucket ?? text.split(text.includes(':sqs:') ? ':' : '/').at(-1) ?? ''
}

async function readQueues(): Promise<string[]> {
  const files = (await readdir(join(root, 'resources'))).filter(it => it.endsWith('.yml'))
  const texts = await Promise.all(files.map(it => readFile(join(root, 'resources', it), 'utf8')))
  const named = texts.flatMap(it => [...it.matchAll(/^ +(\w+):\n +Type: AWS::SQS::Queue$/gm)])
  return [...named.map(([, name = '']) => name), parkedQueues]
}

/** In the document's first table; what a path leads into is spelled there without the sign that API Gateway wants. */
function routesIn(document: string): string[] {
  const [, table = ''] = /\n(\| route .*?)\n\n/s.exec(document) ?? []
  return [...table.matchAll(/`((?:GET|POST|PUT|DELETE) \/[^`?]*)`/g)].map(([, route = '']) => route)
}
