/** Puts what the console has into what the files have: nothing is overwritten unless that is wished, and all is told. */

import { isDeepStrictEqual } from 'node:util'

import { findRule, type KeywordRule, type Replies, type Reply } from '../../lib/callback/replies.ts'

export type Merged<T> = { readonly merged: T; readonly notes: readonly string[] }

/** Chooses between what a file has and what the console has. */
type Choose = <T>(label: string, kept: T | undefined, found: T | undefined) => T | undefined

/** Merges the replies of one account. */
export function mergeReplies(kept: Replies, found: Replies, replace: boolean): Merged<Replies> {
  const notes: string[] = []
  const choose = chooser(notes, replace)
  const [welcome, other] = [
    choose('welcome', kept.welcome, found.welcome),
    choose('default', kept.default, found.default),
  ]
  const keywords = mergeRules(kept.keywords ?? [], found.keywords ?? [], choose)
  notes.push(...unheardIn(keywords))
  const menu = mergeMenu(kept.menu ?? {}, found.menu ?? {}, choose)
  const merged = {
    ...(welcome === undefined ? {} : { welcome }),
    ...(keywords.length === 0 ? {} : { keywords }),
    ...(other === undefined ? {} : { default: other }),
    ...(Object.keys(menu).length === 0 ? {} : { menu }),
  }
  return { merged, notes }
}

/** Merges one account's menu, which is one thing. */
export function mergeMenus<T extends object>(
  kept: T | undefined,
  found: T | undefined,
  replace: boolean,
): Merged<T | undefined> {
  const notes: string[] = []
  return { merged: chooser(notes, replace)('menu', kept, found), notes }
}

function chooser(notes: string[], replace: boolean): Choose {
  return (label, kept, found) => {
    if (found === undefined || isDeepStrictEqual(kept, found)) return kept
    if (kept === undefined) notes.push(`+ ${label}`)
    else if (replace) notes.push(`! ${label}: replaced by the console’s`)
    else notes.push(`! ${label}: kept as it is; the console has another, which --replace takes`)
    return kept === undefined || replace ? found : kept
  }
}

/** Rules are the same by their words; new ones come after those of the file, which win. */
function mergeRules(kept: readonly KeywordRule[], found: readonly KeywordRule[], choose: Choose): KeywordRule[] {
  const wordsOf = ({ contain = [], equal = [] }: KeywordRule) => JSON.stringify([contain, equal])
  const known = new Set(kept.map(wordsOf))
  const chosen = kept.map(it => {
    const other = found.find(each => wordsOf(each) === wordsOf(it))
    return choose(labelOf(it), it, other) ?? it
  })
  const added = found.filter(it => !known.has(wordsOf(it)))
  return [...chosen, ...added.flatMap(it => choose(labelOf(it), undefined, it) ?? [])]
}

/** Words that never reach their own rule, because one before it answers them. */
function unheardIn(rules: readonly KeywordRule[]): string[] {
  return rules.flatMap(rule =>
    [...(rule.equal ?? []), ...(rule.contain ?? [])].flatMap(word => {
      const first = findRule(word, rules)
      return first === undefined || first === rule
        ? []
        : [`! ${word}: answered by “${labelOf(first)}”, which comes first`]
    }),
  )
}

function labelOf({ contain = [], equal = [] }: KeywordRule): string {
  return `keywords ${[...equal, ...contain].join(', ')}`
}

function mergeMenu(
  kept: Readonly<Record<string, Reply>>,
  found: Readonly<Record<string, Reply>>,
  choose: Choose,
): Readonly<Record<string, Reply>> {
  const keys = new Set([...Object.keys(kept), ...Object.keys(found)])
  const own = (of: Readonly<Record<string, Reply>>, key: string) => (Object.hasOwn(of, key) ? of[key] : undefined)
  const entries = [...keys].flatMap(key => {
    const chosen = choose(`menu.${key}`, own(kept, key), own(found, key))
    return chosen === undefined ? [] : [[key, chosen] as const]
  })
  return Object.fromEntries(entries)
}
