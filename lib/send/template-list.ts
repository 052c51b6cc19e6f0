/** The project's templates.json: template names for events, and the policies of each template. */

import * as v from 'valibot'

import type { AppName, OfficialAccount } from '../apps.ts'
import { readByAccount } from '../by-account.ts'
import { sayIssue } from '../say-issue.ts'
import { canTrim, hasApprovedValues } from './value-rules.ts'

const isText = 'must be text'
const isObject = 'must be an object'

/**
 * A key of a template: `thing1` where WeChat's content has `{{thing1.DATA}}`. On a test account,
 * where people write templates themselves, it may be `店名` or `order-no`.
 */
export const templateKey = v.pipe(
  v.string(isText),
  v.regex(/^[A-Za-z0-9_\u3400-\u9fff-]{1,64}$/, 'is no key of a template'),
)
/** WeChat's own id of a template. */
export const templateId = v.pipe(v.string(isText), v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'is no template id of WeChat'))
/** The project's own name of a template. */
export const templateName = v.pipe(v.string(isText), v.minLength(1, 'is empty'), v.maxLength(64, 'is too long'))

const entrySchema = v.strictObject(
  {
    templateId,
    title: v.pipe(v.string(isText), v.minLength(1, 'is empty')),
    fields: v.pipe(v.record(templateKey, v.string(isText), isObject), v.minEntries(1, 'is empty')),
    values: v.exactOptional(v.record(templateKey, v.picklist(['reject', 'trim'], 'must be reject or trim'), isObject)),
    approved: v.exactOptional(v.record(templateKey, v.array(v.string(isText), 'must be a list of texts'), isObject)),
    doubt: v.exactOptional(v.picklist(['never-twice', 'at-least-once'], 'must be never-twice or at-least-once')),
    page: v.exactOptional(v.picklist(['required', 'optional'], 'must be required or optional')),
    urgent: v.exactOptional(v.boolean('must be true or false')),
  },
  isObject,
)

/**
 * One template: `fields` has the words by which people know its keys.
 *
 * `doubt` is what to do with an event that may have been sent, nobody knows, when a repeat could be a second message.
 * `page` tells whether the message is worth sending without its mini-program page.
 */
export type Template = Readonly<v.InferOutput<typeof entrySchema>>

/** The templates of one Official Account of a stage by name. */
export type TemplateList = Readonly<Record<string, Template>>

const listSchema = v.record(
  templateName,
  v.pipe(
    entrySchema,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      for (const { field, key, message } of mistakesIn(dataset.value)) {
        addIssue({ message, path: [pathItem(field), pathItem(key)] })
      }
    }),
  ),
  isObject,
)

/**
 * Reads the lists of a stage by the names of its Official Accounts, the default one first: that one's templates stand at the
 * stage, the others' below its `official`. Who has none gets an empty one. Throws a ConfigError that names each mistake by its path.
 */
export function readTemplateLists(
  lists: unknown,
  stage: string,
  officials: readonly Pick<OfficialAccount, 'name'>[],
): ReadonlyMap<AppName, TemplateList> {
  return readByAccount({ file: 'templates.json', lists, stage }, officials, readList)
}

/** Adds to `problems` what is wrong with a list. */
function readList(list: object, where: string, problems: string[]): TemplateList {
  const result = v.safeParse(listSchema, list)
  if (result.success) return result.output
  problems.push(...result.issues.map(it => `${where}: ${sayIssue(it, 'a template')}`))
  return {}
}

/** Finds a template by WeChat's id; two names may have one id, so that the one by which it was asked for counts. */
export function findTemplate(list: TemplateList, templateId: string, name?: string): [string, Template] | undefined {
  const found = Object.entries(list).filter(([, it]) => it.templateId === templateId)
  return found.find(([it]) => it === name) ?? found[0]
}

type Mistake = { readonly field: 'values' | 'approved'; readonly key: string; readonly message: string }

/** What a field for itself cannot see. */
function mistakesIn({ fields, values = {}, approved = {} }: Template): Mistake[] {
  const isUnknown = (key: string) => !Object.hasOwn(fields, key)
  const trimmed = Object.keys(values).filter(key => values[key] === 'trim')
  return [
    ...all('values', Object.keys(values).filter(isUnknown), 'is not among the fields'),
    ...all('values', trimmed.filter(isNot(canTrim)), 'cannot be trimmed: its rule is more than a length'),
    ...all('approved', Object.keys(approved).filter(isUnknown), 'is not among the fields'),
    ...all('approved', Object.keys(approved).filter(isNot(hasApprovedValues)), 'has no list: only const and enum have'),
  ]
}

function all(field: Mistake['field'], keys: readonly string[], message: string): Mistake[] {
  return keys.map(key => ({ field, key, message }))
}

function isNot(test: (key: string) => boolean): (key: string) => boolean {
  return key => !test(key)
}

function pathItem(key: string): v.UnknownPathItem {
  return { type: 'unknown', origin: 'value', input: undefined, key, value: undefined }
}
