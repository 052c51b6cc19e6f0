/**
 * By which other types the same object goes on: what is given where another type is wanted is used by the members of that
 * type, and so is all that it leads to, such as the stores in a list of accounts.
 */

import ts from 'typescript'

import { isOwn, isPlain, ownDeclarations, partsOf } from './names.ts'

/** A member of the type that is wanted, and the same of the type that is given. */
type Pair = readonly [wanted: ts.Node, given: ts.Node]

/** A node is met once for each function and each method that reaches it. */
const known = new WeakMap<ts.Node, readonly Pair[]>()

/** The pairs of members that are one by what this node itself gives. */
export function bridgesOf(node: ts.Node, checker: ts.TypeChecker): readonly Pair[] {
  const found = known.get(node)
  if (found !== undefined) return found
  const join: Join = { checker, at: node, pairs: [], seen: new Map() }
  for (const [wanted, value] of givenIn(node, checker)) joinTypes(wanted, checker.getTypeAtLocation(value), join)
  known.set(node, join.pairs)
  return join.pairs
}

type Given = readonly [wanted: ts.Type | undefined, value: ts.Expression]

function givenIn(node: ts.Node, checker: ts.TypeChecker): readonly Given[] {
  if (ts.isCallExpression(node)) return argumentsOf(node, checker)
  if (ts.isBinaryExpression(node)) return isAssignment(node) ? [[typeNamedBy(node.left, checker), node.right]] : []
  const value = valueGiven(node)
  return value === undefined ? [] : [[checker.getContextualType(value), value]]
}

function valueGiven(node: ts.Node): ts.Expression | undefined {
  if (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) return node.initializer
  if (ts.isParameter(node) || ts.isBindingElement(node)) return node.initializer
  if (ts.isReturnStatement(node)) return node.expression
  return ts.isArrowFunction(node) && !ts.isBlock(node.body) ? node.body : undefined
}

function isAssignment({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind === ts.SyntaxKind.EqualsToken || kind === ts.SyntaxKind.QuestionQuestionEqualsToken
}

/** As it is declared, whatever is known there of what it holds so far. */
function typeNamedBy(name: ts.Node, checker: ts.TypeChecker): ts.Type | undefined {
  const symbol = checker.getSymbolAtLocation(name)
  return symbol && checker.getTypeOfSymbol(symbol)
}

/** Both by the signature with its types filled in and as it is written, where a generic one may use what it extends. */
function argumentsOf(call: ts.CallExpression, checker: ts.TypeChecker): Given[] {
  // What a package does with it, it does by its own types.
  if (ownDeclarations(checker.getSymbolAtLocation(call.expression), checker).length === 0) return []
  const parameters = checker.getResolvedSignature(call)?.parameters ?? []
  return call.arguments.flatMap((value, index) => {
    const parameter = parameters[index]
    if (parameter === undefined) return []
    const written = parameter.valueDeclaration && checker.getTypeAtLocation(parameter.valueDeclaration)
    return [checker.getTypeOfSymbolAtLocation(parameter, call), written].map(it => [it, value] as const)
  })
}

type Join = {
  readonly checker: ts.TypeChecker
  readonly at: ts.Node
  readonly pairs: Pair[]
  /** Types may lead back to themselves. */
  readonly seen: Map<ts.Type, Set<ts.Type>>
}

function joinTypes(wanted: ts.Type | undefined, given: ts.Type | undefined, join: Join): void {
  const base = wanted && (join.checker.getBaseConstraintOfType(wanted) ?? wanted)
  for (const one of partsOf(base)) for (const other of partsOf(given)) joinParts(one, other, join)
}

function joinParts(wanted: ts.Type, given: ts.Type, join: Join): void {
  const { checker, seen } = join
  const before = seen.get(wanted) ?? new Set()
  if (wanted === given || before.has(given)) return
  seen.set(wanted, before.add(given))
  if (checker.isArrayLikeType(given)) joinTypes(wanted.getNumberIndexType(), given.getNumberIndexType(), join)
  if (!isPlain(given, checker)) return
  joinContents(wanted, given, join)
  const [one, other] = [wanted, given].map(it => it.getCallSignatures()[0]?.getReturnType())
  joinTypes(one, other, join)
  for (const it of wanted.getProperties()) joinMembers(it, given.getProperty(it.name), join)
}

/** What a package's promise, map or the like holds. */
function joinContents(wanted: ts.Type, given: ts.Type, join: Join): void {
  if (given.symbol?.declarations?.some(isOwn) ?? true) return
  const [one = [], other = []] = [wanted, given].map(it => join.checker.getTypeArguments(it as ts.TypeReference))
  for (const [index, it] of other.entries()) joinTypes(one[index], it, join)
}

function joinMembers(wanted: ts.Symbol, given: ts.Symbol | undefined, join: Join): void {
  const own = (given?.declarations ?? []).filter(isOwn)
  // What a package declares is no port of ours, and may lead on without end.
  if (given === undefined || own.length === 0) return
  const { checker, at, pairs } = join
  for (const it of wanted.declarations ?? []) for (const other of own) if (it !== other) pairs.push([it, other])
  joinTypes(checker.getTypeOfSymbolAtLocation(wanted, at), checker.getTypeOfSymbolAtLocation(given, at), join)
}
