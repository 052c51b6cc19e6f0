/** Which members a piece of code uses. */

import ts from 'typescript'

import { isPlain, partsOf } from './names.ts'

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
