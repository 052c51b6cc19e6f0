/** Keys that a text of JSON has twice in one object: the parser keeps the last, and tells nobody. */

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g

type Level = { readonly path: string; readonly keys: Set<string>; key: string }

/** Names them by their paths; of a text that is no JSON whatever is found. */
export function keysTwiceIn(text: string): string[] {
  const twice = new Set<string>()
  const levels: Level[] = []
  let before = ''
  for (const [it] of text.matchAll(token)) {
    const level = levels.at(-1)
    if (it === '{' || it === '[') levels.push({ path: below(level), keys: new Set(), key: '' })
    else if (it === '}' || it === ']') levels.pop()
    else if (it === ':' && level !== undefined) enter(level, nameIn(before), twice)
    before = it
  }
  return [...twice]
}

function below(level: Level | undefined): string {
  return level === undefined ? '' : `${level.path}${level.key}.`
}

function enter(level: Level, key: string, twice: Set<string>): void {
  if (level.keys.has(key)) twice.add(`${level.path}${key}`)
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
