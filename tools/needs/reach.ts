/**
 * What code can reach: from some nodes of the source on, through every name that is used, to what stands behind it.
 *
 * A member of an object (the `find` of a store) is reached only once somebody uses it by the type that declares it, so of a
 * store with eight methods exactly those count that are called.
 */

import ts from 'typescript'

import { bridgesOf } from './bridges.ts'
import { isFunctionDeclared, isOwn, laterOf, ownDeclarations, portsOf, valuesOf } from './names.ts'
import { fileOf } from './source.ts'
import { usedBy } from './uses.ts'

/** A function of the project that is called: its name, the file it stands in, and where there. */
type Callee = { readonly name: string; readonly file: string; readonly declaration: ts.Node }
/** A call, and what it calls; of a package's functions nothing. */
export type Called = readonly [call: ts.CallExpression, callee: Callee | undefined]

/** Everything that was met on the way. */
export type Reach = {
  readonly calls: ReadonlyMap<ts.CallExpression, Callee | undefined>
  /** The commands of the AWS SDK that are made, as the SDK names them, without `Command`. */
  readonly commands: ReadonlySet<string>
  /** The indexes that queries name. */
  readonly indexes: ReadonlySet<string>
  readonly literals: ReadonlySet<ts.StringLiteral>
  /** The members that somebody uses, by their declarations. */
  readonly used: ReadonlySet<ts.Node>
  /** The members that objects have, by the same declarations, used or not. */
  readonly members: ReadonlyMap<ts.Node, readonly ts.Node[]>
}

type Walk = {
  readonly checker: ts.TypeChecker
  readonly calls: Map<ts.CallExpression, Callee | undefined>
  readonly commands: Set<string>
  readonly indexes: Set<string>
  readonly literals: Set<ts.StringLiteral>
  readonly used: Set<ts.Node>
  readonly members: Map<ts.Node, ts.Node[]>
  /** From the member of a type to that of another by which the same object goes elsewhere. */
  readonly bridges: Map<ts.Node, ts.Node[]>
  readonly seen: Set<ts.Node>
  readonly waiting: ts.Node[]
}

/** Walks from the roots on until nothing new is met; `known` are members of objects that the roots are handed. */
export function reachFrom(
  roots: readonly ts.Node[],
  checker: ts.TypeChecker,
  known: Reach['members'] = new Map(),
): Reach {
  const walk: Walk = {
    checker,
    ...{ calls: new Map(), commands: new Set(), indexes: new Set(), literals: new Set() },
    ...{ used: new Set(), members: copyOf(known), bridges: new Map(), seen: new Set(), waiting: [] },
  }
  for (const root of roots) schedule(root, walk)
  for (let next = walk.waiting.pop(); next !== undefined; next = walk.waiting.pop()) visit(next, walk)
  return walk
}

function visit(node: ts.Node, walk: Walk): void {
  // Types are no code.
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return
  if (ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node)) return
  // What has a name is visited by its name.
  if (isFunctionDeclared(node) && !walk.seen.has(node)) return
  note(node, walk)
  if (ts.isObjectLiteralExpression(node)) for (const it of node.properties) visitProperty(it, node, walk)
  else ts.forEachChild(node, it => visit(it, walk))
}

function note(node: ts.Node, walk: Walk): void {
  const { checker } = walk
  if (ts.isIdentifier(node)) for (const it of valuesOf(node, checker)) schedule(it, walk)
  if (ts.isStringLiteral(node)) walk.literals.add(node)
  if (ts.isCallExpression(node)) walk.calls.set(node, calleeOf(node, checker))
  const command = commandOf(node)
  if (command !== undefined) walk.commands.add(command)
  for (const it of usedBy(node, checker)) use(it, walk)
  for (const [wanted, given] of bridgesOf(node, checker)) bridge(wanted, given, walk)
}

function visitProperty(property: ts.ObjectLiteralElementLike, whole: ts.ObjectLiteralExpression, walk: Walk): void {
  if (ts.isPropertyAssignment(property)) noteIndex(property, walk)
  const later = laterOf(property, walk.checker)
  const ports = portsOf(property, whole, walk.checker)
  // Where no type says by what it is used, it may be by anything.
  if (later === undefined || ports.length === 0) visit(property, walk)
  else for (const it of ports) keep(later, it, walk)
}

function keep(member: ts.Node, port: ts.Node, walk: Walk): void {
  append(walk.members, port, member)
  if (walk.used.has(port)) schedule(member, walk)
}

function schedule(node: ts.Node, { seen, waiting }: Walk): void {
  if (seen.has(node)) return
  seen.add(node)
  waiting.push(node)
}

function use(declaration: ts.Node, walk: Walk): void {
  if (walk.used.has(declaration)) return
  walk.used.add(declaration)
  // Of a module that is taken apart, as what `import()` brings.
  if (isOwn(declaration) && isFunctionDeclared(declaration)) schedule(declaration, walk)
  for (const it of walk.members.get(declaration) ?? []) schedule(it, walk)
  for (const it of walk.bridges.get(declaration) ?? []) use(it, walk)
}

function bridge(wanted: ts.Node, given: ts.Node, walk: Walk): void {
  append(walk.bridges, wanted, given)
  if (walk.used.has(wanted)) use(given, walk)
}

function calleeOf({ expression }: ts.CallExpression, checker: ts.TypeChecker): Callee | undefined {
  const [declaration] = ownDeclarations(checker.getSymbolAtLocation(expression), checker)
  return declaration && { name: expression.getText(), file: fileOf(declaration), declaration }
}

/** `new GetCommand(…)`, and the paginators, which make theirs by themselves. */
function commandOf(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node)) return /^(\w+)Command$/.exec(node.expression.getText())?.[1]
  return ts.isCallExpression(node) ? /^paginate(\w+)$/.exec(node.expression.getText())?.[1] : undefined
}

function noteIndex({ name, initializer }: ts.PropertyAssignment, { indexes }: Walk): void {
  if (name.getText() === 'IndexName' && ts.isStringLiteral(initializer)) indexes.add(initializer.text)
}

function copyOf(members: Reach['members']): Walk['members'] {
  return new Map([...members].map(([port, list]) => [port, [...list]]))
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else if (!list.includes(value)) list.push(value)
}
