/** WeChat's calls about menus and automatic replies: apart from client.ts, for only one function makes them. */

import * as v from 'valibot'

import type { MenuApi } from '../../menu/ports.ts'
import { readAnswer } from './answer.ts'
import { autoreplyInfo, menuInfo, menuOf, repliesOf } from './menu-shapes.ts'
import type { Transport } from './transport.ts'

/** Creates the calls; which account they are of, the access token tells. */
export function createMenuApi(transport: Transport): MenuApi {
  return {
    async menuInUse(accessToken) {
      const api = 'get_current_selfmenu_info'
      const call = { api, path: `/cgi-bin/${api}`, query: { access_token: accessToken }, safe: true }
      return menuOf(readAnswer(api, await transport(call), menuInfo, [accessToken]))
    },

    async consoleReplies(accessToken) {
      const api = 'get_current_autoreply_info'
      const call = { api, path: `/cgi-bin/${api}`, query: { access_token: accessToken }, safe: true }
      return repliesOf(readAnswer(api, await transport(call), autoreplyInfo, [accessToken]))
    },

    async createMenu(accessToken, menu) {
      const api = 'menu/create'
      // Safe to repeat: the same menu replaces itself.
      const call = { api, path: '/cgi-bin/menu/create', query: { access_token: accessToken }, body: menu, safe: true }
      readAnswer(api, await transport(call), v.object({ errcode: v.unknown() }), [accessToken])
    },
  }
}
