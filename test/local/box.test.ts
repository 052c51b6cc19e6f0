/** WeChat in a box, as the local stack opens it: with every app of the list. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openBox } from '../../local/box.ts'
import { readSettings } from '../../local/environment.ts'
import { pickFreePort } from '../../local/ports.ts'
import { openFolder } from '../opened.ts'

it('plays all apps of the local stage, each with its identity and its own callback', async () => {
  const file = join(await openFolder(), 'apps.json')
  const local = {
    brand: { kind: 'official', appid: 'wx0000000000000001', default: true },
    official: { kind: 'official', appid: 'wx0000000000000002' },
    shop: { kind: 'mini', appid: 'wx0000000000000003', default: true },
    member: { kind: 'mini', appid: 'wx0000000000000004' },
  }
  await writeFile(file, JSON.stringify({ local }))
  const settings = readSettings({ WECHAT_PORT: `${await pickFreePort('127.0.0.1')}` }, file)
  const box = await openBox(settings)
  onTestFinished(box.close)

  const { appsecrets } = settings.wechat
  expect(box.apps()).toMatchObject([
    { name: 'official', appid: local.brand.appid, appsecret: appsecrets.brand },
    { name: 'mini', appid: local.shop.appid, appsecret: appsecrets.shop },
    { name: 'app-official', appid: local.official.appid, appsecret: appsecrets.official },
    { name: 'member', appid: local.member.appid, appsecret: appsecrets.member },
  ])
  const urls = box.apps().map(it => it.callback.url?.replace(/^.*:3000/, ''))
  expect(urls).toEqual(['/callback', '/callback/shop', '/callback/official', '/callback/member'])
})
