/**
 * The views, in the order of the navigation. A view is one file in views/ and its entry here: `id` stands in the URL, `name`
 * returns its title, `Icon` and `View` are components; `View` is given the chosen apps. `part` is the server that it asks: the
 * `box`, which is the default, or the `stage`; where that is not there, neither is the view.
 */
import { events } from './views/events.js'
import { phones } from './views/phones.js'
import { wechat } from './views/wechat.js'
import { work } from './views/work.js'

export const views = [phones, events, wechat, work]
