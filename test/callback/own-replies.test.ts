import { expect, it } from 'vitest'

import { boxApps } from '../../kit/app.ts'
import { stubAws } from '../opened.ts'

it('this project’s own replies.json can be used by the functions of the local stage', async () => {
  const [official, mini] = [boxApps.officials[0], boxApps.minis[0]]
  stubAws({ STAGE: 'local', WECHAT_OFFICIAL_APPID: official.appid, WECHAT_MINI_APPID: mini.appid })
  const { replies } = await import('../../lib/runtime/replies.ts')
  expect([...replies().keys()]).toEqual(['official'])
})
