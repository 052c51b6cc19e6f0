/**
 * The views, in the order of the navigation. A view is one file in views/ and its entry here: `id` stands in the URL, `name`
 * returns its title, `Icon` and `View` are components; `View` is given the chosen apps.
 */
import { phones } from './views/phones.js'
import { wechat } from './views/wechat.js'

export const views = [phones, wechat]
