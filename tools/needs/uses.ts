/** Which members a piece of code uses, and by which other types the same object goes on. */

import ts from 'typescript'

import { isOwn, ownDeclarations, partsOf } from './names.ts'

/** The declarations of the members that this node itself uses: `it.find`, `it[name]`, `{ find }`. */
export function usedBy(node: ts.Node, checker: ts.TypeChecker): readonly ts.Node[] {
  return symbolsIn(node, checker).flatMap(it => it?.declarations ?? [])
}

function symbolsIn(node: ts.Node, checker: ts.TypeChecker): readonly (ts.Symbol | undefined)[] {
  if (ts.isPropertyAccessExpression(node)) return [checker.getSymbolAtLocation(node.name)]
  if (ts.isElementAccessExpression(node)) return elementsOf(node, checker)
  if (!ts.isBindingElement(node)) return []
  return partsOf(checker.getTypeAtLocation(node.parent)).map(it =>
    it.getProperty((node.propertyName ?? node.name).getText()),
  )
}

/** What `it[name]` may be: one property where the name is known, else any. */
function elementsOf(node: ts.ElementAccessExpression, checker: ts.TypeChecker): readonly (ts.Symbol | undefined)[] {
  const type = checker.getTypeAtLocation(node.expression)
  if (!isPlain(type, checker)) return []
  const index = checker.getTypeAtLocation(node.argumentExpression)
  const names = partsOf(index).flatMap(it => (it.isStringLiteral() ? it.value : []))
  return names.length > 0 ? names.map(it => type.getProperty(it)) : type.getProperties()
}

/** Pairs of members: an object that is given where another type is wanted is used by the members of that type. */
export function bridgesOf(node: ts.Node, checker: ts.TypeChecker): (readonly [wanted: ts.Node, given: ts.Node])[] {
  return givenIn(node, checker).flatMap(([wanted, value]) => {
    const given = checker.getTypeAtLocation(value)
    if (wanted === given || !isPlain(given, checker)) return []
    const members = partsOf(wanted).flatMap(it => it.getProperties())
    return members.flatMap(it => pairsOf(it, given.getProperty(it.name)))
  })
}

type Given = readonly [wanted: ts.Type | undefined, value: ts.Expression]

function givenIn(node: ts.Node, checker: ts.TypeChecker): readonly Given[] {
  if (ts.isCallExpression(node)) return argumentsOf(node, checker)
  const value = valueGiven(node)
  return value === undefined || ts.isObjectLiteralExpression(value) ? [] : [[checker.getContextualType(value), value]]
}

function valueGiven(node: ts.Node): ts.Expression | undefined {
  if (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) return node.initializer
  if (ts.isReturnStatement(node)) return node.expression
  return ts.isArrowFunction(node) && !ts.isBlock(node.body) ? node.body : undefined
}

/** By the signature with its types filled in: what a generic call wants is told by nothing else. */
function argumentsOf(call: ts.CallExpression, checker: ts.TypeChecker): Given[] {
  // What a package does with it, it does by its own types.
  if (ownDeclarations(checker.getSymbolAtLocation(call.expression), checker).length === 0) return []
  const parameters = checker.getResolvedSignature(call)?.parameters ?? []
  return call.arguments.flatMap((value, index) => {
    const parameter = parameters[index]
    return parameter === undefined ? [] : [[checker.getTypeOfSymbolAtLocation(parameter, call), value] as const]
  })
}

function pairsOf(wanted: ts.Symbol, given: ts.Symbol | undefined): (readonly [ts.Node, ts.Node])[] {
  const own = (given?.declarations ?? []).filter(isOwn)
  return (wanted.declarations ?? []).flatMap(it => own.flatMap(other => (it === other ? [] : [[it, other] as const])))
}

function isPlain(type: ts.Type, checker: ts.TypeChecker): boolean {
  return !checker.isArrayLikeType(type) && (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0
}
