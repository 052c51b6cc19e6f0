/** Keys of a text of JSON that would be lost and nobody told: the parser keeps the last of two, the checker leaves some out. */

import { leftOutKeys } from './left-out-keys.ts'

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g

type Level = { readonly path: string; readonly keys: Set<string>; key: string }

/** Says of each, by its path, what is wrong; of a text that is no JSON whatever is found. */
export function problemsOfKeys(text: string): string[] {
  const problems = new Set<string>()
  const levels: Level[] = []
  let before = ''
  for (const [it] of text.matchAll(token)) {
    const level = levels.at(-1)
    if (it === '{' || it === '[') levels.push({ path: below(level), keys: new Set(), key: '' })
    else if (it === '}' || it === ']') levels.pop()
    else if (it === ':' && level !== undefined) enter(level, nameIn(before), problems)
    before = it
  }
  return [...problems]
}

function below(level: Level | undefined): string {
  return level === undefined ? '' : `${level.path}${level.key}.`
}

function enter(level: Level, key: string, problems: Set<string>): void {
  if (level.keys.has(key)) problems.add(`${level.path}${key} stands there twice`)
  if (leftOutKeys.includes(key)) problems.add(`${level.path}${key} cannot be a name`)
  level.keys.add(key)
  level.key = key
}

/** Two spellings of one name are one key to the parser. */
function nameIn(text: string): string {
  try {
    return `${JSON.parse(text)}`
  } catch {
    return text
  }
}
