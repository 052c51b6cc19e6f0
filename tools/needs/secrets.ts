/** Which secrets a function reads; those of apps by their kind: `official-appsecret` is that of each Official Account. */

import type ts from 'typescript'

import type { App } from '../../lib/apps.ts'
import { appSecrets, stageSecrets } from '../../lib/secret-names.ts'
import { partsOf } from './names.ts'
import { type Called, type Reach, reachFrom } from './reach.ts'
import { fileOf, type Source } from './source.ts'

export const appKinds = ['official', 'mini'] as const satisfies readonly App['kind'][]

/** Answers their names. */
export function secretsOf(reach: Reach, called: readonly Called[], { checker }: Source): string[] {
  return [...new Set([...ofStage(reach, called, checker), ...called.flatMap(it => ofApps(it, checker))])]
}

const isOpening = /^(functions|lib\/runtime)\//

/** Those that are named where things are opened, or handed in there. */
function ofStage(reach: Reach, called: readonly Called[], checker: ts.TypeChecker): string[] {
  const handed = called.flatMap(([call, callee]) =>
    isOpening.test(callee?.file ?? '') ? [...reachFrom(call.arguments, checker).literals] : [],
  )
  const named = [...reach.literals].filter(it => isOpening.test(fileOf(it)))
  const texts = new Set([...handed, ...named].map(it => it.text))
  return stageSecrets.filter(it => texts.has(it))
}

const names = 'lib/secret-names.ts'

/** By the types of what is named: `secretOf(app, 'appsecret')` is of the kinds that this app may have. */
function ofApps([call, callee]: Called, checker: ts.TypeChecker): string[] {
  if (callee?.file !== names || fileOf(call) === names) return []
  if (/^(appS|s)ecretNamesOf$/.test(callee.name))
    return appSecrets.flatMap(secret => appKinds.map(kind => `${kind}-${secret}`))
  const [app, secret] = call.arguments
  if (app === undefined || secret === undefined) return []
  const secrets = textsIn(checker.getTypeAtLocation(secret))
  // A server behind us may be any app's.
  if (callee.name === 'forwardSecretOf') return secrets.flatMap(it => appKinds.map(kind => `${kind}-${it}`))
  if (callee.name !== 'secretOf') return []
  return kindsOf(app, checker).flatMap(kind => secrets.map(it => `${kind}-${it}`))
}

function kindsOf(app: ts.Expression, checker: ts.TypeChecker): string[] {
  const type = checker.getTypeAtLocation(app)
  const kinds = partsOf(checker.getBaseConstraintOfType(type) ?? type).map(it => it.getProperty('kind'))
  return kinds.flatMap(it => (it === undefined ? [] : textsIn(checker.getTypeOfSymbolAtLocation(it, app))))
}

function textsIn(type: ts.Type): string[] {
  return partsOf(type).flatMap(it => (it.isStringLiteral() ? it.value : []))
}
