/** The project's list of apps, apps.json: the names of a stage's Official Accounts and mini programs, and their appids. */

import * as v from 'valibot'

import type { App, AppName, Apps, MiniProgram, OfficialAccount } from './apps.ts'
import { ConfigError } from './errors.ts'
import { forwardSchema } from './forward-target.ts'
import { isAppId, type MiniAppId, type OfficialAppId } from './identifiers.ts'
import { sayIssue } from './say-issue.ts'

const isText = 'must be text'
const isObject = 'must be an object'
const isNoAppid = 'must be wx and 16 hexadecimal digits'
const appName = v.pipe(
  v.string(isText),
  v.regex(
    /^[a-z][a-z0-9-]{0,31}$/,
    'must begin with a small letter, and have small letters, digits and - alone, at most 32',
  ),
  // An event may come "from" any.
  v.notValue('any', 'is no name for an app'),
)
const isDefault = v.exactOptional(v.boolean('must be true or false'))

const entrySchema = v.variant(
  'kind',
  [
    v.strictObject({
      kind: v.literal('official'),
      appid: v.custom<OfficialAppId>(isAppId, isNoAppid),
      default: isDefault,
      forward: v.exactOptional(forwardSchema),
    }),
    v.strictObject({
      kind: v.literal('mini'),
      appid: v.custom<MiniAppId>(isAppId, isNoAppid),
      default: isDefault,
      follows: v.exactOptional(appName),
      forward: v.exactOptional(forwardSchema),
    }),
  ],
  'must be official or mini',
)

/** The apps of one stage by name; `docs/schema/apps.json` is made from it. */
export const appsSchema = v.record(appName, entrySchema, isObject)

type List = Readonly<v.InferOutput<typeof appsSchema>>
type Entry<K extends App['kind']> = Extract<List[string], { readonly kind: K }>
/** An app as it stands in the file. */
type Given = Readonly<Record<string, unknown>>
type Named<E> = readonly [name: AppName, entry: E]

/** The appids of a stage that has no list. */
export type Pair = { readonly official: OfficialAppId; readonly mini: MiniAppId }

/**
 * Reads the list of a stage; without one the apps are `official` and `mini`, by the appids of `pair`. Throws a ConfigError
 * that names all that is wrong.
 */
export function readApps(lists: unknown, stage: string, pair: () => Pair): Apps {
  const given = givenIn(lists, stage)
  if (given === undefined) return appsOfPair(pair())
  const read = v.safeParse(appsSchema, given)
  const problems = [
    ...(read.issues ?? []).map(it => (it.input === null ? `${v.getDotPath(it)} ${isObject}` : sayIssue(it, 'an app'))),
    ...problemsAcross(given),
  ]
  const apps = read.success ? appsOf(entriesOf(read.output, 'official'), entriesOf(read.output, 'mini')) : undefined
  if (problems.length > 0 || apps === undefined) throw wrong(stage, problems)
  return apps
}

/** Tells whether apps.json has a list for a stage: then the appids of the pair are not read. Throws ConfigError on a wrong one. */
export function hasApps(lists: unknown, stage: string): boolean {
  return givenIn(lists, stage) !== undefined
}

function givenIn(lists: unknown, stage: string): Record<string, unknown> | undefined {
  if (!isPlain(lists)) throw new ConfigError([`apps.json ${isObject}`])
  if (!Object.hasOwn(lists, stage)) return undefined
  const list = lists[stage]
  if (!isPlain(list)) throw wrong(stage, [isObject])
  return list
}

/** What is wrong across the list, as far as its fields can be read: whoever mends those is not sent back for these. */
function problemsAcross(given: Readonly<Record<string, unknown>>): string[] {
  const entries = Object.entries(given).flatMap(([name, it]) => (isPlain(it) ? [[name, it] as const] : []))
  const ofKind = (kind: App['kind']) => entries.filter(([, it]) => it.kind === kind)
  const [officials, minis] = [ofKind('official'), ofKind('mini')]
  // One whose kind cannot be read may be the one that is missed.
  const isWhole = officials.length + minis.length === Object.keys(given).length
  return [
    ...problemsOfDefault('Official Account', officials, isWhole),
    ...problemsOfDefault('mini program', minis, isWhole),
    ...twiceIn(entries),
    ...minis.flatMap(it => problemsOfFollows(it, officials)),
    ...problemsOfForward(entries),
  ]
}

function wrong(stage: string, problems: readonly string[]): ConfigError {
  return new ConfigError(problems.map(it => `apps.json, stage ${stage}: ${it}`))
}

/** To valibot a list is a record too. */
function isPlain(it: unknown): it is Record<string, unknown> {
  return typeof it === 'object' && it !== null && !Array.isArray(it)
}

function entriesOf<K extends App['kind']>(list: List, kind: K): Named<Entry<K>>[] {
  const isOfKind = (entry: List[string]): entry is Entry<K> => entry.kind === kind
  return Object.entries(list).flatMap(([name, entry]) => (isOfKind(entry) ? [[name, entry] as const] : []))
}

function problemsOfDefault(what: string, entries: readonly Named<Given>[], isWhole: boolean): string[] {
  const chosen = entries.flatMap(([name, it]) => (it.default === true ? name : []))
  if (entries.length === 0) return isWhole ? [`there is no ${what}`] : []
  if (chosen.length > 1) return [`${chosen.join(' and ')}: only one ${what} is the default`]
  const isUnclear = entries.some(([, it]) => it.default !== undefined && typeof it.default !== 'boolean')
  return chosen.length === 0 && entries.length > 1 && !isUnclear ? [`one ${what} must have "default": true`] : []
}

function twiceIn(given: readonly Named<Given>[]): string[] {
  const readable = given.filter(([, { appid }]) => isAppId(appid))
  const sharing = [...Map.groupBy(readable, ([, { appid }]) => appid)].filter(([, it]) => it.length > 1)
  return sharing.map(
    ([appid, entries]) => `${entries.map(([name]) => name).join(' and ')} have the same appid, ${appid}`,
  )
}

/** Its secrets go by a server's name alone. */
function problemsOfForward(given: readonly Named<Given>[]): string[] {
  const named = given.flatMap(([app, { forward }]) =>
    Array.isArray(forward) ? forward.filter(isPlain).map(({ name }) => ({ app, name })) : [],
  )
  return [...Map.groupBy(named, it => it.name)].flatMap(([name, all]) =>
    v.is(appName, name) && all.length > 1
      ? [`${all.map(it => it.app).join(' and ')}.forward have two servers named ${name}`]
      : [],
  )
}

function problemsOfFollows([name, { follows }]: Named<Given>, officials: readonly Named<unknown>[]): string[] {
  const isKnown = !v.is(appName, follows) || officials.some(([it]) => it === follows)
  return isKnown ? [] : [`${name}.follows must be the name of an Official Account of this list`]
}

function appsOf(
  given: readonly Named<Entry<'official'>>[],
  givenMinis: readonly Named<Entry<'mini'>>[],
): Apps | undefined {
  const officials = defaultFirst(given).map(
    ([name, { appid, forward }]): OfficialAccount => ({ kind: 'official', name, appid, ...(forward && { forward }) }),
  )
  const [first, ...others] = officials
  if (first === undefined) return undefined
  const [mini, ...minis] = defaultFirst(givenMinis).map(([name, { appid, follows, forward }]): MiniProgram => {
    const followed = officials.find(it => it.name === follows) ?? first
    return { kind: 'mini', name, appid, follows: followed, ...(forward && { forward }) }
  })
  return mini === undefined ? undefined : { officials: [first, ...others], minis: [mini, ...minis] }
}

function defaultFirst<E extends { readonly default?: boolean }>(entries: readonly Named<E>[]): Named<E>[] {
  return entries.toSorted(([, one], [, other]) => Number(other.default ?? false) - Number(one.default ?? false))
}

function appsOfPair({ official, mini }: Pair): Apps {
  const account: OfficialAccount = { kind: 'official', name: 'official', appid: official }
  return { officials: [account], minis: [{ kind: 'mini', name: 'mini', appid: mini, follows: account }] }
}
