/** Orders to the function menu: read what an account's followers see and are answered, or create its menu. */

import * as v from 'valibot'

import { type OfficialAccount, requireNamed } from '../apps.ts'
import type { AppLog } from '../ports.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import { actionsOf, menuSchema } from './menu-list.ts'
import type { ConsoleMenu, ConsoleReplies, MenuApi } from './ports.ts'

/** The name of an Official Account. */
const app = v.exactOptional(v.pipe(v.string(), v.maxLength(32)))
const order = v.variant('action', [
  v.object({ action: v.literal('read'), app }),
  v.object({ action: v.literal('create'), app, menu: menuSchema }),
])

export type MenuOrder = v.InferInput<typeof order>

export type MenuDeps = {
  readonly app: OfficialAccount
  readonly menus: MenuApi
  readonly accessTokens: AccessTokenSource
  readonly log: AppLog
}

/** `menu` is the one in use: after a creation, as WeChat tells it then. */
export type MenuReport = { readonly menu: ConsoleMenu; readonly replies?: ConsoleReplies }

/** Reads an invocation's order; throws on what is none, a menu that WeChat would refuse among it. */
export function parseMenuOrder(input: unknown): MenuOrder {
  const result = v.safeParse(order, input, { abortEarly: true })
  if (result.success) return result.output
  throw new Error(`this is no order: ${v.getDotPath(result.issues[0]) ?? 'it'} is missing or wrong`)
}

/** Carries out an order for one account, the default one if none is named; throws ConfigError for a name that none has. */
export async function carryOutMenu(order: MenuOrder, accounts: readonly MenuDeps[]): Promise<MenuReport> {
  const deps = requireNamed(accounts, order.app)
  const { menus, accessTokens, log } = deps
  if (order.action === 'create') {
    const { menu } = order
    await withAccessToken(accessTokens, token => menus.createMenu(token, menu))
    log.info('menu.created', { entries: actionsOf(menu).length })
    return { menu: await readMenu(deps) }
  }
  const replies = await withAccessToken(accessTokens, token => menus.consoleReplies(token))
  return { menu: await readMenu(deps), replies }
}

function readMenu({ menus, accessTokens }: MenuDeps): Promise<ConsoleMenu> {
  return withAccessToken(accessTokens, token => menus.menuInUse(token))
}
