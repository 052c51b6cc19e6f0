/**
 * The check of a menu, and of the project's menu.json, by WeChat's rules (docs/wechat.md 12.5). A menu has the form of
 * WeChat's own `menu/create`, with its names, so that what stands on WeChat's pages can be pasted.
 */

import * as v from 'valibot'

import type { AppName, OfficialAccount } from '../apps.ts'
import { readByAccount } from '../by-account.ts'
import { menuKey } from '../callback/reply-list.ts'
import { sayIssue } from '../say-issue.ts'

const isText = 'must be text'
const isObject = 'must be an object'

function textUpTo(bytes: number) {
  return v.pipe(v.string(isText), v.minLength(1, 'is empty'), v.maxBytes(bytes, `is longer than ${bytes} bytes`))
}

const url = v.pipe(textUpTo(1024), v.regex(/^https?:\/\/[^\s/]+/, 'must be an http or https URL'))
const id = v.pipe(v.string(isText), v.regex(/^[\w-]{1,256}$/, 'is no id of WeChat'))

/** The types whose taps are pushed, with their key. */
export const keyedTypes = [
  ...(['click', 'scancode_push', 'scancode_waitmsg', 'pic_sysphoto'] as const),
  ...(['pic_photo_or_album', 'pic_weixin', 'location_select'] as const),
] as const

/** What an entry does, by its type, with a name of at most so many bytes. */
function actionSchema(nameBytes: number) {
  const name = textUpTo(nameBytes)
  return v.variant(
    'type',
    [
      v.strictObject({ type: v.picklist(keyedTypes), name, key: menuKey }),
      v.strictObject({ type: v.literal('view'), name, url }),
      v.strictObject({
        type: v.literal('miniprogram'),
        name,
        url,
        appid: v.pipe(v.string(isText), v.regex(/^wx[0-9a-f]{16}$/, 'is no appid')),
        pagepath: textUpTo(1024),
      }),
      v.strictObject({ type: v.picklist(['media_id', 'view_limited']), name, media_id: id }),
      v.strictObject({ type: v.picklist(['article_id', 'article_view_limited']), name, article_id: id }),
    ],
    'is no type of menu/create',
  )
}

const subEntry = actionSchema(60)
const group = v.strictObject({
  name: textUpTo(16),
  sub_button: v.pipe(
    v.array(subEntry, 'must be a list'),
    v.minLength(1, 'is empty'),
    v.maxLength(5, 'has more than five entries'),
  ),
})
const action = actionSchema(16)
const button = v.lazy(it => (isGroup(it) ? group : action))

function isGroup(it: unknown): boolean {
  return typeof it === 'object' && it !== null && 'sub_button' in it
}

/** A menu as `menu/create` takes it. */
export const menuSchema = v.strictObject(
  {
    button: v.pipe(
      v.array(button, 'must be a list'),
      v.minLength(1, 'is empty'),
      v.maxLength(3, 'has more than three entries'),
    ),
  },
  isObject,
)

export type Menu = Readonly<v.InferOutput<typeof menuSchema>>
/** An entry that does something. */
export type MenuAction = v.InferOutput<typeof action>

/** Reads the menus of a stage; an account without one gets none. Throws a ConfigError that names each mistake by its path. */
export function readMenuLists(
  lists: unknown,
  stage: string,
  officials: readonly Pick<OfficialAccount, 'name'>[],
): ReadonlyMap<AppName, Menu | undefined> {
  return readByAccount({ file: 'menu.json', lists, stage }, officials, (list, where, problems) => {
    if (Object.keys(list).length === 0) return undefined
    const result = v.safeParse(menuSchema, list)
    if (result.success) return result.output
    problems.push(...result.issues.map(it => `${where}: ${sayIssue(it, 'a menu')}`))
    return undefined
  })
}

/** All entries that do something, whichever level they are on. */
export function actionsOf({ button }: Menu): MenuAction[] {
  return button.flatMap(it => ('sub_button' in it ? it.sub_button : it))
}
