/** The project's lists, apps.json, templates.json and replies.json, as a deployment of one stage takes them. */

import * as v from 'valibot'

import { readApps } from '../lib/app-list.ts'
import type { Apps } from '../lib/apps.ts'
import { readReplyLists } from '../lib/callback/reply-list.ts'
import { readConfig } from '../lib/config.ts'
import { ConfigError } from '../lib/errors.ts'
import { problemsOfKeys } from '../lib/json-keys.ts'
import { valueCheckOf } from '../lib/send/kinds/template-event.ts'
import { problemOf } from '../lib/send/parse.ts'
import { readTemplateLists, type TemplateList } from '../lib/send/template-list.ts'
import { problemsOfForward } from './forward.ts'
import { type Parameters, textOf } from './parameters.ts'

export type Lists = {
  readonly stage: string
  /** The text of a file of the project. */
  readonly read: (file: string) => Promise<string>
}

/** Names each mistake in all of them; the two appids are only asked for where apps.json has no list of the stage. */
export async function problemsOfLists(parameters: Parameters, { stage, read }: Lists): Promise<string[]> {
  const [apps, templates, replies] = await Promise.all([
    parsed('apps.json', read),
    parsed('templates.json', read),
    parsed('replies.json', read),
  ])
  const known = attempt(() => readApps(valueIn(apps), stage, () => pairOf(parameters)))
  const officialsOf = (list: Attempt<unknown>) => known.value?.officials ?? officialsNamedIn(list.value, stage)
  const checked = attempt(() => readTemplateLists(valueIn(templates), stage, officialsOf(templates)))
  const answering = attempt(() => readReplyLists(valueIn(replies), stage, officialsOf(replies)))
  const servers = known.value === undefined ? [] : problemsOfForward(known.value, parameters, stage)
  const problems = [...known.problems, ...checked.problems, ...answering.problems, ...servers]
  return known.value === undefined || checked.value === undefined || problems.length > 0
    ? problems
    : problemsOfCanary(parameters, known.value, checked.value)
}

/** The event that the self-check pushes each hour is held to the lists by which it will be sent. */
function problemsOfCanary(
  { canaryEvent, testAccount }: Parameters,
  { officials, minis }: Apps,
  templates: ReadonlyMap<string, TemplateList>,
): string[] {
  const event = eventIn(textOf(canaryEvent))
  if (event === undefined) return []
  const accounts = officials.map(app => ({ app, templates: templates.get(app.name) ?? {} }))
  const body = JSON.stringify({ ...event, id: 'self-check' })
  const problem = problemOf(body, { accounts, minis, values: valueCheckOf(textOf(testAccount)) })
  return problem === undefined ? [] : [`CANARY_EVENT would be rejected: ${problem}`]
}

/** What is no event at all another check has told (lib/config.ts). */
function eventIn(text: string): object | undefined {
  try {
    const event: unknown = JSON.parse(text)
    return typeof event === 'object' && event !== null ? event : undefined
  } catch {
    return undefined
  }
}

type Attempt<T> = { readonly value?: T; readonly problems: readonly string[] }

async function parsed(file: string, read: Lists['read']): Promise<Attempt<unknown>> {
  try {
    const text = await read(file)
    const problems = problemsOfKeys(text).map(it => `${file}: ${it}`)
    return { value: JSON.parse(text), problems }
  } catch (error) {
    // A project without it has a list of no stage.
    if (file !== 'templates.json' && isMissing(error)) return { value: {}, problems: [] }
    return { problems: [`${file} must be JSON: ${error instanceof Error ? error.message : error}`] }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function valueIn({ value, problems }: Attempt<unknown>): unknown {
  if (problems.length > 0) throw new ConfigError(problems)
  return value
}

function attempt<T>(make: () => T): Attempt<T> {
  try {
    return { value: make(), problems: [] }
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems }
    throw error
  }
}

function pairOf({ officialAppid, miniAppid }: Parameters) {
  const env = { WECHAT_OFFICIAL_APPID: textOf(officialAppid), WECHAT_MINI_APPID: textOf(miniAppid) }
  const { WECHAT_OFFICIAL_APPID: official, WECHAT_MINI_APPID: mini } = readConfig(env, [
    'WECHAT_OFFICIAL_APPID',
    'WECHAT_MINI_APPID',
  ])
  if (`${official}` === `${mini}`)
    throw new ConfigError(['WECHAT_MINI_APPID must be another than WECHAT_OFFICIAL_APPID'])
  return { official, mini }
}

/** While the apps are wrong, the accounts that a list names are taken for right. */
function officialsNamedIn(list: unknown, stage: string): Pick<Apps['officials'][number], 'name'>[] {
  const read = v.safeParse(v.object({ [stage]: v.object({ official: v.looseObject({}) }) }), list)
  const names = read.success ? Object.keys(read.output[stage]?.official ?? {}) : []
  return ['', ...names].map(name => ({ name }))
}
