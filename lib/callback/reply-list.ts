/** The check of the project's replies.json: the automatic replies of each stage and Official Account. */

import * as v from 'valibot'

import type { AppName, OfficialAccount } from '../apps.ts'
import { readByAccount } from '../by-account.ts'
import { sayIssue } from '../say-issue.ts'
import type { Replies } from './replies.ts'

const isText = 'must be text'
const isObject = 'must be an object'

/** XML has no place for other control characters, nor for half a character. */
const isWritable = (it: string) => !/[^\t\n\r\P{Cc}]/u.test(it) && it.isWellFormed()

/** Text of at most so many bytes that a message can carry. */
function textUpTo(bytes: number) {
  return v.pipe(
    v.string(isText),
    v.minLength(1, 'is empty'),
    v.maxBytes(bytes, `is longer than ${bytes} bytes`),
    v.check(isWritable, 'has characters that a message cannot carry'),
  )
}

const url = v.pipe(textUpTo(1024), v.regex(/^https?:\/\/[^\s/]+/, 'must be an http or https URL'))

/** One reply; of the limits docs/wechat.md 12.6 has what is known. */
export const replySchema = v.union(
  [
    v.strictObject({ text: textUpTo(2048) }, isObject),
    v.strictObject({ image: v.pipe(v.string(isText), v.regex(/^[\w-]{1,256}$/, 'is no media_id')) }, isObject),
    v.strictObject(
      {
        news: v.strictObject(
          {
            title: textUpTo(256),
            description: v.exactOptional(textUpTo(1024)),
            picture: v.exactOptional(url),
            url,
          },
          isObject,
        ),
      },
      isObject,
    ),
  ],
  issue => wordsOf(issue),
)

/** A union has one issue: told is that of the reply's own kind, with the field that is wrong. */
function wordsOf({ issues, input }: v.UnionIssue<v.BaseIssue<unknown>>): string {
  const kind = typeof input === 'object' && input !== null ? Object.keys(input)[0] : undefined
  const own = issues?.find(
    it => kind !== undefined && v.getDotPath(it)?.split('.')[0] === kind && it.expected !== 'never',
  )
  return own === undefined
    ? 'must be one of {"text": …}, {"image": …} and {"news": …}'
    : `is wrong: ${sayIssue(own, 'a reply')}`
}

const words = v.pipe(v.array(textUpTo(256), 'must be a list of texts'), v.minLength(1, 'is empty'))

const rule = v.pipe(
  v.strictObject({ contain: v.exactOptional(words), equal: v.exactOptional(words), reply: replySchema }, isObject),
  v.check(({ contain, equal }) => contain !== undefined || equal !== undefined, 'needs contain or equal'),
)

/** The key of a menu entry. */
export const menuKey = v.pipe(
  textUpTo(128),
  v.check(it => it === it.trim(), 'has blanks at an end'),
)

/** The replies of one Official Account. */
export const repliesSchema = v.strictObject(
  {
    welcome: v.exactOptional(replySchema),
    keywords: v.exactOptional(v.array(rule, 'must be a list')),
    default: v.exactOptional(replySchema),
    menu: v.exactOptional(v.record(menuKey, replySchema, isObject)),
  },
  isObject,
)

/**
 * Reads the replies of a stage by the names of its Official Accounts, in the form of templates.json. Who has none gets an
 * empty one. Throws a ConfigError that names each mistake by its path.
 */
export function readReplyLists(
  lists: unknown,
  stage: string,
  officials: readonly Pick<OfficialAccount, 'name'>[],
): ReadonlyMap<AppName, Replies> {
  return readByAccount({ file: 'replies.json', lists, stage }, officials, readList)
}

function readList(list: object, where: string, problems: string[]): Replies {
  const result = v.safeParse(repliesSchema, list)
  if (result.success) return result.output
  problems.push(...result.issues.map(it => `${where}: ${sayIssue(it, 'the replies')}`))
  return {}
}
