/** The menu of an Official Account, and what was set in its console (docs/wechat.md 12.5). */
import type { Fields } from './json.ts'

/** A menu in the form of menu/create. */
export type ApiMenu = { button: readonly Fields[] }

/** A menu in the form of get_current_selfmenu_info. */
export type ConsoleMenu = { button: readonly Fields[]; isOpen: boolean }

/** An account's menus. */
export type Menus = ReturnType<typeof createMenus>

/** Creates an account without a menu and automatic replies. */
export function createMenus() {
  let made: ApiMenu | undefined
  let inConsole: ConsoleMenu | undefined
  let replies: Fields = { is_add_friend_reply_open: 0, is_autoreply_open: 0 }
  return {
    /** The menu of menu/create; it takes the place of the console's. */
    made: () => made,
    create: (menu: ApiMenu) => {
      made = menu
    },
    remove: () => {
      made = undefined
      inConsole = undefined
    },
    inConsole: () => inConsole,
    setInConsole: (menu: ConsoleMenu | undefined) => {
      inConsole = menu
    },
    /** As get_current_autoreply_info answers. */
    replies: () => replies,
    setReplies: (fields: Fields) => {
      replies = fields
    },
  }
}

/** The menu that phones show: the console's stops once the account's messages are pushed. */
export function menuOnPhones(menus: Menus, isPushed: boolean): ApiMenu {
  const inConsole = menus.inConsole()
  const stands = !isPushed && inConsole?.isOpen === true
  return menus.made() ?? { button: stands ? inConsole.button : [] }
}
