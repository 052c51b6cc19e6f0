import { describe, expect, it } from 'vitest'

import apps from '../../apps.json' with { type: 'json' }
import { problemsOfLists } from '../../deploy/lists.ts'
import replies from '../../replies.json' with { type: 'json' }
import templates from '../../templates.json' with { type: 'json' }

const [one, other] = ['wx0123456789abcdef', 'wxfedcba9876543210']
const pair = { officialAppid: one, miniAppid: other }
const template = { templateId: 'a', title: '订单', fields: { thing1: '店名' } }
const two = {
  brand: { kind: 'official', appid: 'wx0000000000000001', default: true },
  club: { kind: 'official', appid: 'wx0000000000000002' },
  shop: { kind: 'mini', appid: 'wx0000000000000003', follows: 'club' },
}

type Texts = Readonly<Record<'apps' | 'templates' | 'replies', object | string>>
const asText = (it: object | string) => (typeof it === 'string' ? it : JSON.stringify(it))
const problemsOf = (given: Partial<Texts>, parameters: object = {}, stage = 'prod') =>
  problemsOfLists(
    { ...parameters },
    { stage, read: async it => asText({ apps: {}, templates: {}, replies: {}, ...given }[nameOf(it)]) },
  )
const names = ['apps', 'templates', 'replies'] as const
const nameOf = (file: string) => names.find(it => file === `${it}.json`) ?? 'apps'

describe('the lists', () => {
  it('are right as they stand, for each stage that has one and for those that have none', async () => {
    for (const stage of ['prod', ...Object.keys(templates)])
      expect(await problemsOf({ apps, templates, replies }, pair, stage)).toEqual([])
  })

  it('need the two appids only where there is no list of apps', async () => {
    expect(await problemsOf({}, { officialAppid: 'gh_0123456789ab' })).toEqual([
      expect.stringMatching(/^WECHAT_OFFICIAL_APPID must be/),
      expect.stringMatching(/^WECHAT_MINI_APPID must be/),
    ])
    expect(await problemsOf({ apps: { prod: two } })).toEqual([])
    expect(await problemsOf({ apps: { prod: two } }, pair, 'test')).toEqual([])
  })

  it('have the templates of each Official Account, and of no other', async () => {
    const listed = (official: object) => problemsOf({ apps: { prod: two }, templates: { prod: { official } } })
    expect(await listed({ club: { paid: template } })).toEqual([])
    expect(await listed({ shop: { paid: template } })).toEqual([expect.stringContaining('official.shop')])
    expect(await listed({ club: { paid: { ...template, title: 1 } } })).toEqual([
      expect.stringContaining('official club: paid.title must be text'),
    ])
  })

  it('are told with all mistakes of all at once', async () => {
    const apps = {
      prod: {
        ...two,
        club: { ...two.club, default: true },
        shop: { ...two.shop, appid: two.brand.appid, follows: 'x' },
      },
    }
    const templates = { prod: { paid: { ...template, templateId: 'a b' }, official: { club: { paid: {} } } } }
    const replies = { prod: { welcome: 'hello', official: { club: { default: { text: '' } } } } }
    expect(await problemsOf({ apps, templates, replies })).toEqual([
      expect.stringContaining('brand and club: only one Official Account is the default'),
      expect.stringContaining('brand and shop have the same appid'),
      expect.stringContaining('shop.follows'),
      expect.stringContaining('stage prod: paid.templateId'),
      ...['templateId', 'title', 'fields'].map(it => expect.stringContaining(`official club: paid.${it}`)),
      expect.stringContaining('replies.json, stage prod: welcome must be one of'),
      expect.stringContaining('replies.json, stage prod, official club: default.text is empty'),
    ])
  })

  it('are told when they are no JSON or not there', async () => {
    expect(await problemsOf({ apps: '{', templates: '[', replies: '' }, pair)).toEqual([
      expect.stringMatching(/^apps\.json must be JSON/),
      expect.stringMatching(/^templates\.json must be JSON/),
      expect.stringMatching(/^replies\.json must be JSON/),
    ])
    const refused = problemsOfLists(pair, { stage: 'prod', read: it => Promise.reject(new Error(`EACCES ${it}`)) })
    expect(await refused).toEqual(names.map(it => expect.stringContaining(`EACCES ${it}`)))
  })

  it('need no apps.json and no replies.json, but templates.json', async () => {
    const gone = (it: string) => Promise.reject(Object.assign(new Error(`no ${it}`), { code: 'ENOENT' }))
    expect(await problemsOfLists(pair, { stage: 'prod', read: gone })).toEqual([
      expect.stringContaining('no templates.json'),
    ])
  })

  it('have no key twice, of which the parser would keep the last', async () => {
    const app = (appid: string) => `{"kind":"official","appid":"${appid}","default":true}`
    const apps = `{"prod":{"brand":${app('wx1')},"br\\u0061nd":${app('wx2')},"shop":{"kind":"mini"}},"prod":[{"a":1},{"a":"a:{"}]}`
    expect(await problemsOf({ apps }, pair)).toEqual([
      'apps.json: prod.brand stands there twice',
      'apps.json: prod stands there twice',
    ])
  })

  it('are not asked where both apps are one', async () => {
    const same = { ...pair, miniAppid: pair.officialAppid }
    expect(await problemsOf({}, same)).toEqual(['WECHAT_MINI_APPID must be another than WECHAT_OFFICIAL_APPID'])
  })

  it('have no name that the checker would leave out', async () => {
    const templates = '{"prod":{"constructor":{},"official":{"prototype":{},"paid":{"__proto__":1}}}}'
    expect(await problemsOf({ templates }, pair)).toEqual([
      'templates.json: prod.constructor cannot be a name',
      'templates.json: prod.official.prototype cannot be a name',
      'templates.json: prod.official.paid.__proto__ cannot be a name',
    ])
  })

  it('have what the event of the canary names', async () => {
    const of = (event: object) => problemsOf(listed, { canaryEvent: JSON.stringify(event), testAccount: 'off' })
    const listed = { apps: { prod: two }, templates: { prod: { official: { club: { paid: template } } } } }
    const good = { to: { openid: 'oPhone' }, from: 'club', template: 'paid', data: { thing1: '店' } }
    expect(await of(good)).toEqual([])
    expect(await of({ ...good, from: 'nobody' })).toEqual([
      'CANARY_EVENT would be rejected: from is no Official Account of this stage',
    ])
    expect(await of({ ...good, from: 'brand' })).toEqual([expect.stringContaining('template is not in the list')])
    expect(await problemsOf(listed, { canaryEvent: 'off' })).toEqual([])
  })
})
