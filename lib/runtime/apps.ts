/** The project's list of apps, apps.json; a stage without a list has the two of the variables. */

import lists from '../../apps.json' with { type: 'json' }
import { readApps } from '../app-list.ts'
import type { Apps } from '../apps.ts'
import { config } from '../config.ts'

let read: Apps | undefined

/** The apps of this stage, read once; throws ConfigError where the list, or a variable, is wrong. */
export function apps(): Apps {
  read ??= readApps(lists, config('STAGE').STAGE, () => {
    const { WECHAT_OFFICIAL_APPID: official, WECHAT_MINI_APPID: mini } = config(
      'WECHAT_OFFICIAL_APPID',
      'WECHAT_MINI_APPID',
    )
    return { official, mini }
  })
  return read
}
