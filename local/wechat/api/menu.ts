/** Creates, reads and deletes the menu, and reads what was set in the console (docs/wechat.md 12.5). */

import { type Fields, field, isFields } from '../json.ts'
import type { ApiMenu } from '../menus.ts'
import type { OfficialEndpoint, Outcome } from './endpoint.ts'
import { problemOfMenu } from './menu-rules.ts'

const OK: Outcome = { json: '{"errcode":0,"errmsg":"ok"}' }
const official = { auth: 'token', of: 'official' } as const

/** POST /cgi-bin/menu/create: replaces the menu. */
export const menuCreate = {
  ...official,
  method: 'POST',
  answer: ({ body, box }, { menus, platform }) => {
    const isLinked = (appid: string) => {
      const app = box.apps.byAppid(appid)
      return app?.kind === 'mini' && platform !== null && app.platform === platform
    }
    const problem = problemOfMenu(body, isLinked)
    if (problem !== undefined) return problem
    const button = field(body, 'button')
    menus.create({ button: Array.isArray(button) ? button.filter(isFields) : [] })
    return OK
  },
} satisfies OfficialEndpoint

/** GET /cgi-bin/menu/get: the menu of menu/create only; each button has a list below it. */
export const menuGet = {
  ...official,
  method: 'GET',
  answer: (_, { menus }) => {
    const made = menus.made()
    if (made === undefined) return { errcode: 46003 }
    return { json: JSON.stringify({ menu: { button: withLists(made, below => below) } }) }
  },
} satisfies OfficialEndpoint

/** GET /cgi-bin/menu/delete. */
export const menuDelete = {
  ...official,
  method: 'GET',
  answer: (_, { menus }) => {
    menus.remove()
    return OK
  },
} satisfies OfficialEndpoint

/** GET /cgi-bin/get_current_selfmenu_info: the menu in use, whoever made it. */
export const currentMenu = {
  ...official,
  method: 'GET',
  answer: (_, { menus }) => {
    const [made, inConsole] = [menus.made(), menus.inConsole()]
    const isOpen = made !== undefined || inConsole?.isOpen === true
    const button = made === undefined ? inConsole?.button : withLists(made, list => ({ list }))
    const info = button === undefined ? {} : { button }
    return { json: JSON.stringify({ is_menu_open: isOpen ? 1 : 0, selfmenu_info: info }) }
  },
} satisfies OfficialEndpoint

/** GET /cgi-bin/get_current_autoreply_info: what was set in the console alone. */
export const currentReplies = {
  ...official,
  method: 'GET',
  answer: (_, { menus }) => ({ json: JSON.stringify(menus.replies()) }),
} satisfies OfficialEndpoint

function withLists({ button }: ApiMenu, write: (below: readonly Fields[]) => unknown): Fields[] {
  return button.map(it => {
    const below = field(it, 'sub_button')
    return { ...it, sub_button: write(Array.isArray(below) ? below.filter(isFields) : []) }
  })
}
