/** What the console of an Official Account sets: its menu and its automatic replies. */
import { isFields } from '../json.ts'
import { menuOnPhones } from '../menus.ts'
import { ControlError } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { officialNamed } from './which-app.ts'

/** Routes of the console's menu and automatic replies. */
export const menuRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: '/menu', run: readMenu },
  { method: 'POST', path: '/menu', run: setMenu },
  { method: 'POST', path: '/auto-replies', run: setReplies },
]

function readMenu({ box, query }: ControlCall) {
  const { name, menus, callbacks } = officialNamed(box, query.get('app') ?? undefined)
  return { app: name, ...menuOnPhones(menus, callbacks.state().url !== undefined) }
}

/** In the form of get_current_selfmenu_info; a menu of the console takes the place of the API's. */
function setMenu({ box, input }: ControlCall) {
  const { name, menus } = officialNamed(box, input.text('app'))
  const isOpen = input.flag('open') ?? true
  const button = input.get('button')
  if (button !== null && !(Array.isArray(button) && button.every(isFields)))
    throw new ControlError('"button" must be a list of objects, or null')
  menus.remove()
  if (button !== null) menus.setInConsole({ button, isOpen })
  return { app: name, open: isOpen, button }
}

/** As get_current_autoreply_info is to answer, whatever it is. */
function setReplies({ box, input }: ControlCall) {
  const { name, menus } = officialNamed(box, input.text('app'))
  const replies = input.get('replies')
  if (!isFields(replies)) throw new ControlError('"replies" must be an object')
  menus.setReplies(replies)
  return { app: name, replies }
}
