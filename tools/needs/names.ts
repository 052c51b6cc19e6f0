/** What stands behind a name, and what of an object runs only once it is used. */

import ts from 'typescript'

/** The own code behind a name: a function, a class, or what a constant begins as; none for what a package brings. */
export function valuesOf(node: ts.Identifier, checker: ts.TypeChecker): ts.Node[] {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node)
  return ownDeclarations(symbol, checker).flatMap(bodyOf)
}

/** Where something is declared, behind its imports; none for what a package brings. */
export function ownDeclarations(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): readonly ts.Declaration[] {
  if (symbol === undefined) return []
  const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return (real.declarations ?? []).filter(isOwn)
}

/** Whether a node stands in the project's own source. */
export function isOwn(node: ts.Node): boolean {
  return !node.getSourceFile().fileName.includes('/node_modules/')
}

function bodyOf(declaration: ts.Node): ts.Node[] {
  if (ts.isFunctionDeclaration(declaration) || ts.isClassDeclaration(declaration)) return [declaration]
  if (ts.isVariableDeclaration(declaration)) return [declaration]
  // What is taken apart begins where the whole is declared.
  if (!ts.isBindingElement(declaration)) return []
  const whole = declaration.parent.parent
  return ts.isParameter(whole) ? [declaration] : bodyOf(whole)
}

/** What of a property runs only once it is used: a function, or the name of one; undefined for what is made at once. */
export function laterOf(property: ts.ObjectLiteralElementLike, checker: ts.TypeChecker): ts.Node | undefined {
  if (ts.isMethodDeclaration(property)) return property
  const value = ts.isShorthandPropertyAssignment(property)
    ? property.name
    : ts.isPropertyAssignment(property)
      ? property.initializer
      : undefined
  if (value === undefined) return undefined
  return isFunction(value) || (ts.isIdentifier(value) && isFunctionName(value, checker)) ? value : undefined
}

function isFunctionName(name: ts.Identifier, checker: ts.TypeChecker): boolean {
  const values = valuesOf(name, checker)
  return values.length > 0 && values.every(isFunctionDeclared)
}

/** Whether a node declares a function under a name. */
export function isFunctionDeclared(node: ts.Node): boolean {
  if (!ts.isVariableDeclaration(node)) return ts.isFunctionDeclaration(node)
  return node.initializer !== undefined && isFunction(node.initializer)
}

function isFunction(node: ts.Node): boolean {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node)
}

/** The members of the type that an object has to have, which this property is. */
export function portsOf(
  { name }: ts.ObjectLiteralElementLike,
  whole: ts.ObjectLiteralExpression,
  checker: ts.TypeChecker,
): readonly ts.Node[] {
  const text = name === undefined ? '' : name.getText().replaceAll(/^['"]|['"]$/g, '')
  return partsOf(checker.getContextualType(whole)).flatMap(it => it.getProperty(text)?.declarations ?? [])
}

/** All that a type may be. */
export function partsOf(type: ts.Type | undefined): readonly ts.Type[] {
  if (type === undefined) return []
  return type.isUnion() ? type.types : [type]
}

/** Whether a type is an object's, and no list's. */
export function isPlain(type: ts.Type, checker: ts.TypeChecker): boolean {
  return !checker.isArrayLikeType(type) && (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0
}
