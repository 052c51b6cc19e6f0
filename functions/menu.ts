import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import { carryOutMenu, type MenuDeps, parseMenuOrder } from '../lib/menu/menu-order.ts'
import { menuApi } from '../lib/runtime/menu.ts'
import { officialAccounts } from '../lib/runtime/wechat.ts'

export const createHandler = (open: Open<readonly MenuDeps[]>) =>
  scheduleFunction(open, (accounts, { input }) => carryOutMenu(parseMenuOrder(input), accounts))

export const handler = createHandler(async () => {
  const menus = menuApi()
  return officialAccounts().map(account => ({ ...account, menus }))
})
