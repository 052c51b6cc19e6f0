/** What a function needs of its deployment, as its code says. */

import ts from 'typescript'

import { adapterRights } from './adapter-rights.ts'
import { type Called, reachFrom } from './reach.ts'
import { secretsOf } from './secrets.ts'
import { fileOf, type Source } from './source.ts'

/** What invokes a function. */
type Trigger = 'httpApi' | 'sqs' | 'schedule'

/** A right reads `dynamodb:GetItem on LinksTable`; of a bucket it is on any of its keys, of a secret on its name. */
export type Needs = {
  readonly trigger: Trigger | undefined
  readonly variables: ReadonlySet<string>
  readonly rights: ReadonlySet<string>
  readonly callsWeChat: boolean
}

const triggers: Readonly<Record<string, Trigger>> = {
  httpFunction: 'httpApi',
  queueFunction: 'sqs',
  scheduleFunction: 'schedule',
}

/** Derives what every function needs, by its name; `queues` are all there are. Throws where the code does not tell it. */
export function needsOfAll(source: Source, queues: readonly string[]): Map<string, Needs> {
  const rightsOf = adapterRights(source, queues)
  return new Map(source.functions.map(it => [it, needsOf(`functions/${it}.ts`, { source, rightsOf })]))
}

type Place = { readonly source: Source; readonly rightsOf: ReturnType<typeof adapterRights> }

function needsOf(path: string, { source, rightsOf }: Place): Needs {
  const reach = reachFrom([source.file(path)], source.checker)
  const called = [...reach.calls]
  const names = new Set(called.map(([, callee]) => callee?.name))
  const secrets = secretsOf(reach, called, source).map(it => `ssm:GetParameters on ${it}`)
  return {
    trigger: Object.entries(triggers).find(([name]) => names.has(name))?.[1],
    variables: new Set(called.flatMap(variablesOf)),
    rights: new Set([...called.flatMap(it => rightsOf(it, reach)), ...secrets]),
    callsWeChat: names.has('createTransport'),
  }
}

/** The variables that a call of `config` reads. */
function variablesOf([call, callee]: Called): string[] {
  if (callee?.name !== 'config' || callee.file !== 'lib/config.ts') return []
  return call.arguments.map(it => {
    if (ts.isStringLiteral(it)) return it.text
    throw new Error(`${fileOf(call)} reads a variable that is not named on the spot: ${it.getText()}`)
  })
}
