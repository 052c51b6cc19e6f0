/** Which rights the adapters need that a function opens, for those of their methods that it uses. */

import ts from 'typescript'

import { lentRights } from '../../lib/adapters/aws/s3-signer.ts'
import { parkedEventsRights } from '../../lib/adapters/aws/sqs-parked.ts'
import { eventQueueRights, type QueueRights } from '../../lib/adapters/aws/sqs-queues.ts'
import { queueSizesRights } from '../../lib/adapters/aws/sqs-sizes.ts'
import { type Called, type Reach, reachFrom } from './reach.ts'
import { queueNamed, resourceOf, rightsOf } from './rights.ts'
import { fileOf, type Source } from './source.ts'

type ByMethod<T> = Readonly<Record<string, Readonly<Record<string, T>>>>

/** Adapters that reach several queues by one name: what each of their methods needs of which. */
const ofQueues: ByMethod<QueueRights> = {
  createEventQueue: eventQueueRights,
  createParkedEvents: parkedEventsRights,
  createQueueSizes: queueSizesRights,
}
/** Adapters that make no calls themselves. */
const lent: ByMethod<readonly string[]> = { createUploadForms: lentRights, createReadableUrls: lentRights }

/** Creates what tells the rights that a call needs which opens an adapter, in a function that reaches so much; none for others. */
export function adapterRights(source: Source, queues: readonly string[]) {
  const known = new Map<ts.Node, Reach['members']>()
  const membersOf = (adapter: ts.Node) => {
    const members = known.get(adapter) ?? reachFrom([adapter], source.checker).members
    known.set(adapter, members)
    return members
  }

  return ([call, callee]: Called, { used }: Reach): string[] => {
    if (!callee?.file.startsWith('lib/adapters/') || fileOf(call).startsWith('lib/adapters/')) return []
    const members = membersOf(callee.declaration)
    const methods = methodsIn(members).filter(it => used.has(it.port))
    return methods.flatMap(({ name, bodies }) => {
      const made = reachFrom(bodies, source.checker, members)
      const opened: Opened = { adapter: callee.name, method: name, made, variable: variableIn(call), queues }
      return opened.adapter in ofQueues ? rightsOnQueues(opened) : rightsOnOne(opened)
    })
  }
}

type Method = { readonly name: string; readonly port: ts.Node; readonly bodies: readonly ts.Node[] }

/** The methods of what an adapter makes, by the port that declares each. */
function methodsIn(members: Reach['members']): Method[] {
  return [...members].flatMap(([port, bodies]) => {
    const isPort = ts.isMethodSignature(port) || ts.isPropertySignature(port)
    return isPort && !fileOf(port).startsWith('lib/adapters/') ? [{ name: port.name.getText(), port, bodies }] : []
  })
}

/** A method of an adapter that was opened for what a variable names. */
type Opened = {
  readonly adapter: string
  readonly method: string
  readonly made: Reach
  readonly variable: string | undefined
  readonly queues: readonly string[]
}

function rightsOnOne({ adapter, method, made, variable }: Opened): string[] {
  const rights = [...rightsMade(made), ...(lent[adapter]?.[method] ?? []).map(it => `s3:${it}`)]
  return rights.flatMap(right => {
    // By name; they are counted as secrets.
    if (right.startsWith('ssm:')) return []
    if (right.startsWith('lambda:')) return [`${right} on *`]
    if (variable === undefined)
      throw new Error(`${adapter} needs ${right} for ${method}, and is not told by a variable on what`)
    return placesOf(right, resourceOf(variable), made).map(it => `${right} on ${it}`)
  })
}

/** Whoever queries an index does not query the table as well. */
function placesOf(right: string, resource: string, { indexes }: Reach): string[] {
  const isOfIndex = right === 'dynamodb:Query' && indexes.size > 0
  return isOfIndex ? [...indexes].map(it => `${resource}/index/${it}`) : [resource]
}

/** As the adapter says it; what it says must be all that its code does, and no more. */
function rightsOnQueues({ adapter, method, made, variable = '', queues }: Opened): string[] {
  const beside = ofQueues[adapter]?.[method] ?? {}
  const said = new Set(Object.values(beside).flatMap(it => it.map(action => `sqs:${action}`)))
  const done = new Set(rightsMade(made))
  const differing = [...said, ...done].filter(it => !(said.has(it) && done.has(it)))
  if (differing.length > 0)
    throw new Error(`${adapter} says other rights for ${method} than its code needs: ${differing.join(', ')}`)
  return Object.entries(beside).flatMap(([ending, actions]) => {
    const places = ending === '*' ? queues : [queueNamed(variable, ending)]
    return places.flatMap(place => actions.map(it => `sqs:${it} on ${place}`))
  })
}

function rightsMade({ commands }: Reach): string[] {
  return [...commands].flatMap(rightsOf)
}

/** The variable by which a call says which table, queue, bucket or bus it is about. */
function variableIn(call: ts.CallExpression): string | undefined {
  const names = new Set<string>()
  const look = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && /^[A-Z_]+_(TABLE|QUEUE|BUCKET|BUS)$/.test(node.text)) names.add(node.text)
    ts.forEachChild(node, look)
  }
  call.arguments.forEach(look)
  if (names.size > 1) throw new Error(`${call.getText()} names ${[...names].join(' and ')}: one of them has to do`)
  return [...names][0]
}
