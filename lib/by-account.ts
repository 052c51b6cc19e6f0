/** Lists of the project by stage and Official Account: the default one's stands at the stage, the others' below `official`. */

import * as v from 'valibot'

import type { AppName, OfficialAccount } from './apps.ts'
import { ConfigError } from './errors.ts'

/** `file` is its name, `lists` its content. */
export type ListsFile = { readonly file: string; readonly lists: unknown; readonly stage: string }

/** Reads one account's list; adds what is wrong with it to `problems`, with where it stands. */
export type ReadList<T> = (list: object, where: string, problems: string[]) => T

/** To valibot a list is a record too: without this it would be a stage that names nothing. */
const plainObject = v.custom<Readonly<Record<string, unknown>>>(
  it => typeof it === 'object' && it !== null && !Array.isArray(it),
)

/**
 * Reads the lists of a stage by the names of its Official Accounts, the default one first. Who has none gets an empty one.
 * Throws a ConfigError that names each mistake by its path.
 */
export function readByAccount<T>(
  { file, lists, stage }: ListsFile,
  [first, ...others]: readonly Pick<OfficialAccount, 'name'>[],
  readList: ReadList<T>,
): ReadonlyMap<AppName, T> {
  const { official, ...own } = objectIn(lists, stage, file)
  const where = `${file}, stage ${stage}`
  const further = official === undefined ? {} : objectIn({ official }, 'official', where)
  const names = others.map(it => it.name)
  const problems = Object.keys(further).flatMap(it =>
    names.includes(it) ? [] : `${where}: official.${it} is no Official Account beside the default one`,
  )
  const read = [
    [first?.name ?? '', readList(own, where, problems)] as const,
    ...names.map(it => [it, readList(objectIn(further, it, where), `${where}, official ${it}`, problems)] as const),
  ]
  if (problems.length > 0) throw new ConfigError(problems)
  return new Map(read)
}

/** The object below a key, an empty one if there is none; throws ConfigError on anything else. */
function objectIn(holder: unknown, key: string, where: string): Readonly<Record<string, unknown>> {
  if (!v.is(plainObject, holder)) throw new ConfigError([`${where} must be an object`])
  const found = Object.hasOwn(holder, key) ? holder[key] : {}
  if (!v.is(plainObject, found)) throw new ConfigError([`${where}: ${key} must be an object`])
  return found
}
