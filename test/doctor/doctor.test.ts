import { createServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { afterEach, describe, expect, test } from 'vitest'

import { boxApps } from '../../kit/app.ts'
import { openOwnApi } from '../../lib/adapters/own-api.ts'
import { openSite } from '../../lib/adapters/site.ts'
import type { DoctorDeps, QueueSize, QueueSizes, Site } from '../../lib/doctor/deps.ts'
import { slowDown } from '../../lib/send/send-pace.ts'
import { readTemplateLists } from '../../lib/send/template-list.ts'
import { pickFreePort } from '../../local/ports.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import templates from '../../templates.json' with { type: 'json' }
import { leaksIn } from '../canary.ts'
import { listen } from '../listen.ts'
import { selfSigned } from '../self-signed.ts'
import { orderPaid } from '../world.ts'
import { answerCallback, type Options, openDoctorWorld, secretsInBox, serve } from './doctor-world.ts'

const path = {
  stableToken: '/cgi-bin/stable_token',
  userGet: '/cgi-bin/user/get',
  batchget: '/cgi-bin/user/info/batchget',
  templates: '/cgi-bin/template/get_all_private_template',
  quota: '/cgi-bin/openapi/quota/get',
  send: '/cgi-bin/message/template/send',
}
const minute = 60_000
const listOf = (...list: object[]) =>
  readTemplateLists({ local: Object.assign({}, ...list) }, 'local', boxApps.officials)
const nowhere = async () => `http://127.0.0.1:${await pickFreePort('127.0.0.1')}`

const it = test.extend('world', () => openDoctorWorld())
type World = Awaited<ReturnType<typeof openDoctorWorld>>
const fault = (world: World, at: string, errcode: number) =>
  world.control('/faults', { path: at, kind: 'errcode', errcode, times: 100 })

const has = (text: string): unknown => expect.stringContaining(text)
const fits = (text: unknown) => (text instanceof RegExp ? expect.stringMatching(text) : text)
/** What a check is to say: the whole text, or what matches; nothing is asked of what is left out. */
const says = (status: string, words: unknown = expect.anything(), hint?: unknown): unknown =>
  expect.objectContaining({ status, words: fits(words), ...(hint === undefined ? {} : { hint: fits(hint) }) })
const ok = (words?: unknown, hint?: unknown) => says('ok', words, hint)
const warning = (words?: unknown, hint?: unknown) => says('warning', words, hint)
const wrong = (words?: unknown, hint?: unknown) => says('wrong', words, hint)
const notChecked = (words?: unknown, hint?: unknown) => says('not-checked', words, hint)

const checkOf = async (name: string, options: Options = {}, broken: Partial<DoctorDeps> = {}) =>
  (await (await openDoctorWorld(options)).examine(broken)).find(name)

const putOff: QueueSize = { ready: 0, later: 4, inWork: 0 }
const ready = (count: number): QueueSize => ({ ready: count, later: 0, inWork: 0 })

describe('examine', () => {
  it('finds nothing wrong where nothing is, for nine calls to WeChat', async ({ world }) => {
    const report = await world.examine()

    expect(report.isWell).toBe(true)
    const named = (...statuses: string[]) => report.checks.filter(it => statuses.includes(it.status)).map(it => it.name)
    expect(named('not-checked')).toEqual(['mini-program-link', 'certificate'])
    expect(named('ok')).toEqual([
      ...['secrets', 'official-credentials', 'mini-credentials', 'allow-list', 'certification', 'open-platform'],
      ...['templates', 'callback', 'quotas', 'queues', 'concurrency', 'images', 'clock'],
    ])
    expect(report.checks).toHaveLength(15)
    expect(report.calls).toBe(9)
    const made = await Promise.all(Object.values(path).map(world.calls))
    expect(made.reduce((sum, it) => sum + it)).toBe(9)
  })

  it('needs one call less where there is a token already', async ({ world }) => {
    await world.examine()
    expect(await world.examine()).toMatchObject({ isWell: true, calls: 8 })
  })

  it('leaves the token that others use alone in classic mode', async () => {
    const world = await openDoctorWorld({ mode: 'classic' })
    await world.examine()
    expect(await world.examine()).toMatchObject({ isWell: true })
    expect(await world.calls('/cgi-bin/token')).toBe(2)
  })

  it('tells of everything that is wrong at once, and no secret, token or openid', async () => {
    const world = await openDoctorWorld({
      secrets: { 'mini-appsecret': 'f'.repeat(32), 'mini-callback-aes-key': 'short' },
    })
    await fault(world, path.batchget, 40003)
    await world.control('/templates', { remove: [orderPaid.templateId] })

    const report = await world.examine({
      api: openOwnApi(new URL(await nowhere())),
      queues: { size: async () => ready(1) },
    })

    const wrong = report.checks.filter(it => it.status === 'wrong').map(it => it.name)
    expect(wrong).toEqual(['secrets', 'mini-credentials', 'open-platform', 'templates', 'callback', 'queues'])
    expect(report.checks.filter(it => it.status === 'wrong' && it.hint === undefined)).toEqual([])
    expect(leaksIn(report, ['f'.repeat(32), 'short'])).toEqual([])
  })

  it('lets a check that breaks hide no other', async ({ world }) => {
    const templates = () => {
      throw new TypeError('broken')
    }

    const report = await world.examine({ templates })

    expect(report.find('templates')).toEqual(wrong('this check crashed (TypeError)'))
    expect(report.checks.filter(it => it.status === 'wrong')).toHaveLength(1)
  })

  it('waits for no check longer than its limit', async ({ world }) => {
    const { promise: timeUp, resolve } = Promise.withResolvers<void>()
    const size = () => {
      setImmediate(resolve)
      return new Promise<QueueSize>(() => {})
    }

    const report = await world.examine({ queues: { size }, sleep: () => timeUp })

    expect(report.find('queues')).toEqual(wrong('this check did not end within 40 s'))
    expect(report.find('mini-program-link')).toEqual(notChecked())
  })
})

describe('the secrets', () => {
  it.each([
    'official-appsecret',
    'mini-appsecret',
    'official-callback-token',
    'mini-callback-token',
    'session-keys',
    'session-public-keys',
  ])('say that %s is missing', async name => {
    const report = await (await openDoctorWorld({ secrets: { [name]: undefined } })).examine()
    const hint = './queqiao secrets --stage prod --region cn-north-1'
    expect(report.find('secrets')).toEqual(wrong(`${name} is not set`, hint))
    // What cannot be known for that is not wrong as well.
    expect(report.checks.filter(it => it.status === 'wrong')).toHaveLength(1)
  })

  it.each([
    ['official-appsecret', `${secretsInBox['official-appsecret']}\n`, '32 hexadecimal digits'],
    ['mini-callback-token', 'a b', '3 to 32 letters and digits'],
    ['official-callback-aes-key', 'short', '43 letters and digits'],
    ['session-keys', '{"keys":[]}', 'a JWK Set with at least one key'],
    ['session-public-keys', '{"keys":[]}', 'a JWK Set with public keys only'],
    ['session-public-keys', '{"keys":[{"kty":"RSA","kid":"a","d":"private"}]}', 'a JWK Set with public keys only'],
  ])('say that %s has not the form it must have, and not what it is', async (name, value, form) => {
    const { checks } = await (await openDoctorWorld({ secrets: { [name]: value } })).examine()
    expect(checks[0]).toMatchObject({ name: 'secrets', status: 'wrong', words: `${name} is not ${form}` })
    expect(JSON.stringify(checks[0])).not.toContain(value)
  })

  it('say that the key that signs is not published, for then no session is taken', async () => {
    const world = await openDoctorWorld({ secrets: { 'session-public-keys': '{"keys":[{"kty":"RSA","kid":"b"}]}' } })
    expect((await world.examine()).find('secrets')).toEqual(
      wrong(
        'session-public-keys lacks the signing key a: every session token would be refused',
        /^delete the parameter .* \.\/queqiao secrets --stage prod/,
      ),
    )
  })

  it('say that they cannot be read', async () => {
    const get = async () => {
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException' })
    }
    const report = await (await openDoctorWorld()).examine({ secrets: { get } })
    expect(report.find('secrets')?.words).toContain('mini-appsecret cannot be read (AccessDeniedException)')
    expect(report.find('callback')).toEqual(notChecked())
  })

  it('warn where callbacks come in plain text', async () => {
    const report = await (await openDoctorWorld({ secrets: { 'official-callback-aes-key': undefined } })).examine()
    expect(report).toMatchObject({ isWell: true })
    expect(report.find('secrets')).toEqual(
      warning(/^official-callback-aes-key is not set/, /域名与消息推送配置.*安全模式.* as official-callback-aes-key$/),
    )
  })
})

describe('the credentials', () => {
  it.each(['official', 'mini'] as const)('of %s: an appsecret that is not the app’s', async name => {
    const report = await (await openDoctorWorld({ secrets: { [`${name}-appsecret`]: '0'.repeat(32) } })).examine()
    const { appid } = defaultAccounts[name]
    expect(report.find(`${name}-credentials`)).toEqual(
      wrong(
        has(`${appid}: WeChat refused stable_token: 40125 invalid appsecret (rid `),
        /AppSecret.* reset it there, then \.\/queqiao secrets --stage prod/,
      ),
    )
    expect(report.checks.filter(it => it.status === 'wrong')).toHaveLength(1)
  })

  it('an appid that nobody has', async () => {
    const mini = { ...defaultAccounts.mini, appid: 'wx00000000000000bb' }
    const report = await (await openDoctorWorld({ box: { accounts: { ...defaultAccounts, mini } } })).examine()
    expect(report.find('mini-credentials')).toEqual(wrong(has('40013'), has('in apps.json, or in WECHAT_MINI_APPID')))
  })

  it.each([
    [40001, 'the appsecret is not that of'],
    [40243, '解冻'],
    [61024, 'third-party platform'],
    [89503, 'must approve this address there'],
    [89506, 'wait a day'],
    [89507, 'wait an hour'],
    [48004, '通知中心'],
    [50002, '通知中心'],
  ])('explain %i', async (errcode, hint) => {
    const world = await openDoctorWorld()
    await fault(world, path.stableToken, errcode)
    const report = await world.examine()
    for (const name of ['official-credentials', 'mini-credentials']) {
      expect(report.find(name)).toEqual(wrong(undefined, has(hint)))
    }
    expect(report.find('open-platform')?.words).toMatch(/^not checked, because there is no access_token/)
  })

  it('are not known where WeChat does not answer', async () => {
    const report = await (await openDoctorWorld({ wechatUrl: await nowhere() })).examine()
    const wrong = report.checks.filter(it => it.status === 'wrong')
    expect(wrong.map(it => it.name)).toEqual(['official-credentials', 'mini-credentials'])
    expect(wrong[0]).toMatchObject({ hint: has('NAT gateway') })
    expect(report.find('clock')).toEqual(notChecked())
  })

  it('are good, and another system takes the token away', async ({ world }) => {
    await fault(world, path.userGet, 40001)
    const report = await world.examine()
    expect(report.find('open-platform')).toEqual(wrong(has('another system fetches tokens'), has('GET /token')))
    expect(report.find('templates')).toEqual(ok())
  })
})

describe('the allow-list', () => {
  const elsewhere = ['203.0.113.9']

  it.each([
    ['official', 'developers.weixin.qq.com/platform → 我的业务 → 服务号 → 基础信息 → 开发密钥 → API IP白名单'],
    ['mini', 'mp.weixin.qq.com (小程序) → 开发管理 → 开发设置 → IP白名单'],
  ])('of %s names the address to paste, and where', async (app, page) => {
    const world = await openDoctorWorld()
    await world.control('/allow-list', { app, addresses: elsewhere })

    const report = await world.examine()

    expect(report.find('allow-list')).toEqual(wrong(has('call from 127.0.0.1'), `paste 127.0.0.1 into ${page}`))
    // The credentials are not wrong for that.
    expect(report.find(`${app}-credentials`)).toEqual(notChecked())
    expect(report.checks.filter(it => it.status === 'wrong')).toHaveLength(1)
  })

  it('is looked at by other calls too, once there is a token', async ({ world }) => {
    await world.examine()
    await world.control('/allow-list', { app: 'official', addresses: elsewhere, businessCalls: true })
    await fault(world, path.stableToken, -1)

    const report = await world.examine()

    expect(report.find('allow-list')).toEqual(wrong())
    expect(report.find('quotas')).toEqual(notChecked())
  })

  it('is not known where the credentials are wrong', async () => {
    const report = await (await openDoctorWorld({ secrets: { 'mini-appsecret': '0'.repeat(32) } })).examine()
    expect(report.find('allow-list')).toEqual(notChecked())
  })
})

describe('the certification', () => {
  it.for([path.userGet, path.templates])('is lacking where %s is barred', async (barred, { world }) => {
    await fault(world, barred, 48001)

    const report = await world.examine()

    expect(report.find('certification')).toEqual(wrong(has('(48001)'), has('认证情况')))
    expect(report.find(barred === path.userGet ? 'open-platform' : 'templates')).toEqual(notChecked())
  })

  it('is not known where neither answers', async ({ world }) => {
    for (const at of [path.userGet, path.templates]) await fault(world, at, -1)
    const report = await world.examine()
    expect(report.find('certification')).toEqual(notChecked())
    expect(report.find('templates')).toEqual(warning(undefined, 'run this again in a minute'))
  })
})

describe('the Open Platform account', () => {
  it('is not bound where nobody has a unionid', async ({ world }) => {
    await world.control('/people/change', { first: 0, count: 3, following: false })
    await world.control('/people', { count: 120, following: true, unionid: false })
    const report = await world.examine()
    expect(report.find('open-platform')).toEqual(
      wrong(/^0 of 100 followers/, /open\.weixin\.qq\.com .*\.\/queqiao sync --everyone --stage \S+ --region \S+$/),
    )
  })

  it('warns where some have none', async ({ world }) => {
    await world.control('/people', { count: 1, following: true, unionid: false })
    expect((await world.examine()).find('open-platform')).toEqual(warning('3 of 4 followers have a unionid'))
  })

  it('cannot be known while nobody follows', async ({ world }) => {
    await world.control('/people/change', { first: 0, count: 3, following: false })
    const report = await world.examine()
    expect(report).toMatchObject({ isWell: true })
    expect(report.find('open-platform')).toEqual(notChecked(undefined, has('follow')))
  })
})

describe('the templates', () => {
  it('name one that the account does not have', async ({ world }) => {
    await world.control('/templates', { remove: [orderPaid.templateId] })
    expect((await world.examine()).find('templates')).toEqual(
      wrong(
        `order-paid: the account has no template ${orderPaid.templateId}`,
        /我的模板.*npx --no sls deploy --stage prod --region cn-north-1/,
      ),
    )
  })

  // It said to start the stack again, which nobody has to.
  it('are taken by the running local stack once they are saved', async ({ world }) => {
    await world.control('/templates', { remove: [orderPaid.templateId] })
    const hint = /list local.*, and save it: the running stack reloads it$/
    for (const list of [{ 'order-paid': orderPaid }, { 'order-paid': { title: 7 } }]) {
      const report = await world.examine({ stage: 'local', templates: () => listOf(list) })
      expect(report.find('templates')).toEqual(wrong(undefined, hint))
    }
  })

  it('name a key that WeChat wants and no event has', async ({ world }) => {
    const content =
      '{{first.DATA}}\n订单编号：{{character_string1.DATA}}\n金额：{{ amount2.DATA }}\n时间：{{time3.DATA}}\n门店：{{thing4.DATA}}\n{{remark.DATA}}'
    await world.control('/templates', {
      remove: [orderPaid.templateId],
      add: [{ ...orderPaid, fields: undefined, content }],
    })
    expect((await world.examine()).find('templates')).toEqual(
      wrong('order-paid: WeChat requires thing4, which is not among its fields (47003)'),
    )
  })

  it('warn of a field that nobody will see', async ({ world }) => {
    const more = { ...orderPaid, fields: { ...orderPaid.fields, thing9: '备注' } }
    const report = await world.examine({ templates: () => listOf({ 'order-paid': more }) })
    expect(report).toMatchObject({ isWell: true })
    expect(report.find('templates')).toEqual(warning(has('no thing9')))
  })

  it('tell what is wrong with templates.json itself', async () => {
    const report = await (await openDoctorWorld()).examine({ templates: () => listOf({ 'order-paid': { title: 7 } }) })
    expect(report.find('templates')).toEqual(wrong(has('templates.json')))
  })

  it('may be none', async () => {
    const report = await (await openDoctorWorld()).examine({
      templates: () => readTemplateLists(templates, 'prod', boxApps.officials),
    })
    expect(report.find('templates')).toEqual(ok(has('stage prod')))
  })
})

describe('the mini program', () => {
  it('is not known to be linked: whose appid to look for, and where', async () => {
    const link = await checkOf('mini-program-link')
    expect(link).toEqual(notChecked(undefined, expect.stringMatching(`${defaultAccounts.mini.appid}.*小程序管理`)))
  })
})

describe('the callback', () => {
  const examineAt = async (url: string) =>
    (await (await openDoctorWorld()).examine({ api: openOwnApi(new URL(url), { limitMs: 1000 }) })).find('callback')
  const noon = Date.parse('2026-11-22T12:00:00+08:00')

  it('answers below a path as well', async () => {
    const answer = answerCallback(() => noon)
    const url = await serve((request, response) => {
      request.url = request.url?.replace('/v1/', '/')
      answer(request, response)
    })
    expect(await examineAt(`${url}/v1/`)).toEqual(ok(has(`${url}/v1/callback`)))
  })

  // Whoever pasted it lost the account's menu, and found out from the followers.
  it('answers: where it is to be pasted, and what stops then', async () => {
    const words =
      /\/callback answers .* → 服务号 → 基础信息 → 域名与消息推送配置 .* replies that were made in the console stop; .*\/callback\/mini answers .* → 消息推送$/
    const found = await examineAt(await serve(answerCallback(() => noon)))
    expect(found).toEqual(ok(expect.stringMatching(words)))
  })

  it('goes by another token', async () => {
    const url = await serve(answerCallback(() => noon, { 'official-callback-token': 'anotherToken' }))
    expect(await examineAt(url)).toEqual(
      wrong(`${url}/callback uses another official-callback-token`, has('./queqiao secrets --stage prod')),
    )
  })

  it('goes by another clock', async () => {
    const url = await serve(answerCallback(() => noon + 6 * minute))
    expect(await examineAt(url)).toEqual(
      wrong(`${url}/callback rejects our clock; ${url}/callback/mini rejects our clock`),
    )
  })

  it.each([
    [500, 'x', 'answers with HTTP 500'],
    [301, '', 'answers with HTTP 301'],
    [200, '"5202611220310000100"', 'answers with something other than the echostr'],
  ])('answers %i %j', async (status, text, words) => {
    const url = await serve((_, response) => response.writeHead(status, { location: '/' }).end(text))
    expect(await examineAt(url)).toEqual(
      wrong(
        `${url}/callback ${words}; ${url}/callback/mini ${words}`,
        has('npx --no sls logs -f callback --stage prod --region cn-north-1'),
      ),
    )
  })

  it('does not answer at all', async () => {
    const url = await nowhere()
    expect(await examineAt(url)).toEqual(
      wrong(
        `${url}/callback does not answer (ECONNREFUSED); ${url}/callback/mini does not answer (ECONNREFUSED)`,
        /域名与消息推送配置.*the menus and automatic replies .* stop; .*开发设置 → 消息推送$/,
      ),
    )
  })

  it('hangs for longer than WeChat waits', async () => {
    const url = await serve(() => {})
    expect(await examineAt(url)).toEqual(wrong(has('does not answer')))
  })
})

describe('the quotas', () => {
  it.for([path.send, path.userGet, path.batchget])('of %s is used up', async (used, { world }) => {
    await world.control('/quota', { app: 'official', path: used, day: 500, used: 500 })
    const report = await world.examine()
    expect(report.find('quotas')).toEqual(wrong(has('0 of 500 left'), has('00:00 in China')))
    expect(report.checks.filter(it => it.status === 'wrong')).toHaveLength(1)
  })

  it('warn where little is left', async ({ world }) => {
    await world.control('/quota', { app: 'official', path: path.send, day: 1000, used: 950 })
    const found = (await world.examine()).find('quotas')
    expect(found).toEqual(warning(has('template/send 50 of 1,000 left')))
  })

  it('warn where WeChat does not tell', async ({ world }) => {
    await fault(world, path.quota, 76022)
    expect((await world.examine()).find('quotas')).toEqual(warning(has('not reported')))
  })
})

describe('the gate of sending', () => {
  const hint = /^\.\/queqiao quota --stage prod --region cn-north-1/

  it('is closed although quota is left', async ({ world }) => {
    await world.gate.close({ until: world.now() + 3_600_000, errcode: 45009, at: world.now() })
    const report = await world.examine()
    expect(report.isWell).toBe(false)
    expect(report.find('quotas')).toEqual(
      wrong(/^no message is sent until 2026-11-22T05:00:00.000Z, after WeChat’s 45009; template/, hint),
    )
  })

  it('is closed, and there is no access token', async () => {
    const world = await openDoctorWorld({ secrets: { 'official-appsecret': 'wrong' } })
    await world.gate.close({ until: world.now() + 3_600_000, errcode: 45009, at: world.now() })
    expect((await world.examine()).find('quotas')).toEqual(wrong(undefined, hint))
  })

  it('lets urgent messages through alone', async ({ world }) => {
    await world.gate.reserve(world.now() + 3_600_000)
    expect((await world.examine()).find('quotas')).toEqual(
      warning(/^only urgent messages are sent until 2026-11-22T05/, hint),
    )
  })

  it('lets so many through in a minute', async ({ world }) => {
    await world.gate.setPace({ ...slowDown(undefined, { now: world.now(), accepted: 100 }), revision: 1 })
    expect((await world.examine()).find('quotas')).toEqual(warning(has('95 messages a minute are sent')))
  })

  it('was closed, and is open', async ({ world }) => {
    await world.gate.close({ until: world.now(), errcode: 45009, at: world.now() - 1_000 })
    await world.gate.reserve(world.now())
    expect((await world.examine()).find('quotas')).toEqual(ok())
  })
})

describe('the queues', () => {
  const sizes = (full: Readonly<Record<string, number | QueueSize>>): QueueSizes => ({
    size: async name => {
      const size = full[name] ?? 0
      return typeof size === 'number' ? ready(size) : size
    },
  })
  const examineWith = async (queues: QueueSizes) => await checkOf('queues', {}, { queues })

  it('count the checks of pictures where there are any', async () => {
    const queueNames = { events: 'e', followers: 'f', receipts: 'r', images: 'i', imageChecks: 'c' }
    const examine = async (full: Readonly<Record<string, number>>) =>
      await checkOf('queues', {}, { queues: sizes(full), queueNames })
    expect(await examine({ c: 7 })).toEqual(ok(has('7 in c')))
    expect(await examine({ 'c-dlq': 2 })).toEqual(wrong('2 in c-dlq'))
  })

  const waitsForQuota = (name: string) =>
    wrong(`5 in ${name}: on quota hold`, /^\.\/queqiao quota --stage prod --region cn-north-1/)
  it.each<[string, number | QueueSize, unknown]>([
    ['q-events-dlq', 3, wrong('3 in q-events-dlq', /^\.\/queqiao redrive --stage prod --region cn-north-1/)],
    ['q-followers-dlq', 3, wrong('3 in q-followers-dlq', /SQS → q-followers-dlq → Start DLQ redrive/)],
    ['q-receipts-dlq', 3, wrong('3 in q-receipts-dlq', /SQS → q-receipts-dlq → Start DLQ redrive/)],
    // Also while somebody looks at it.
    ['q-events-dlq', { ready: 1, later: 0, inWork: 2 }, wrong('3 in q-events-dlq (2 in flight)')],
    ['q-events-review', 2, warning(has('2 in q-events-review'))],
    ['q-events', 7, ok(has('7 in q-events, '))],
    ['q-events-official-parked', 5, waitsForQuota('q-events-official-parked')],
    ['q-events-official-parked-urgent', 5, waitsForQuota('q-events-official-parked-urgent')],
  ])('tell what is in %s: %o', async (name, size, found) => {
    expect(await examineWith(sizes({ [name]: size }))).toEqual(found)
  })

  it('tell of dead letters, parked events and events in doubt at once, and of a queue that is not there', async () => {
    const full: Readonly<Record<string, number>> = {
      'q-events-dlq': 3,
      'q-events-official-parked': 5,
      'q-events-review': 2,
    }
    const all =
      '3 in q-events-dlq; 5 in q-events-official-parked: on quota hold; ' +
      '2 in q-events-review: these may or may not have been sent'
    const found = await examineWith(sizes(full))
    expect(found).toEqual(wrong(all))
    expect(found?.hint).toMatch(
      /requeues them; \.\/queqiao quota .* shows why; \.\/queqiao redrive .*in-doubt it sends them/,
    )
    const size = async (name: string) => {
      if (name === 'q-images') throw Object.assign(new Error('no'), { name: 'QueueDoesNotExist' })
      return ready(full[name] ?? 0)
    }
    const words = `q-images cannot be read (QueueDoesNotExist); ${all}`
    expect(await examineWith({ size })).toEqual(wrong(words))
  })

  // With a wrong secret or address all events are put off, none of them visible: it said that nothing was wrong.
  it('do not pass over events that are put off, and tell what is in work', async ({ world }) => {
    await fault(world, path.stableToken, 40125)
    const queues = sizes({ 'q-events': { ready: 1, later: 4, inWork: 2 } })
    const words = '4 in q-events are deferred, to be retried later'
    const report = await world.examine({ queues })
    expect(report.isWell).toBe(false)
    expect(report.find('queues')).toEqual(wrong(words, /^npx --no sls logs -f send --stage prod/))
    const busy = await examineWith(sizes({ 'q-events': { ready: 1, later: 0, inWork: 2 } }))
    expect(busy).toEqual(ok(has('3 in q-events (2 in flight), ')))
  })

  it.each([
    ['may not send', path.templates, 48001],
    ['is not admitted by its address', path.userGet, 40164],
  ])('are wrong with events put off where the account %s', async (_what, at, errcode) => {
    const world = await openDoctorWorld()
    await fault(world, at, errcode)
    const found = (await world.examine({ queues: sizes({ 'q-events': putOff }) })).find('queues')
    expect(found).toEqual(wrong('4 in q-events are deferred, to be retried later'))
  })

  // One person who gets too much for now (43117) is nobody's fault: it warned of each.
  it('are well with some events put off where nothing else is wrong', async () => {
    const report = await (await openDoctorWorld()).examine({ queues: sizes({ 'q-events': putOff }) })
    const words = has('4 in q-events (4 deferred), ')
    expect([report.isWell, report.find('queues')]).toEqual([true, ok(words)])
  })

  it('only warn of many events put off where nothing else is wrong', async () => {
    const queues = sizes({ 'q-events': { ...putOff, later: 101 } })
    const report = await (await openDoctorWorld()).examine({ queues })
    expect([report.isWell, report.find('queues')]).toEqual([
      true,
      warning(
        '101 in q-events are deferred, to be retried later: this run sees no cause',
        /^npx --no sls logs -f send .*GET .deliveries/,
      ),
    ])
  })

  // It said that all was well, with the number.
  it.each([
    ['q-followers', { later: 101 }, '101 deferred', 'link-followers'],
    ['q-images', { later: 101 }, '101 deferred', 'receive-images'],
    ['q-receipts', { inWork: 501 }, '501 in flight, more than receipts processes at once', 'receipts'],
    ['q-events', { inWork: 2_001 }, '2001 in flight, more than send processes at once', 'send'],
  ])('warn of what %s has put off or in work in numbers: %o', async (name, some, words, log) => {
    expect(await examineWith(sizes({ [name]: { ready: 0, later: 0, inWork: 0, ...some } }))).toEqual(
      warning(`${name} has ${words}: failed messages are retried`, has(`npx --no sls logs -f ${log} --stage prod`)),
    )
  })

  it('are well with what is done a second time after a moment, and with pictures that wait for their check', async () => {
    const queueNames = { events: 'e', followers: 'f', receipts: 'r', images: 'i', imageChecks: 'c' }
    const few = { ready: 0, later: 100, inWork: 50 }
    const queues = sizes({ f: few, i: few, c: { ready: 0, later: 5_000, inWork: 100 } })
    expect(await checkOf('queues', {}, { queues, queueNames })).toEqual(ok())
  })

  it('are well with many events put off while messages leave at a pace', async ({ world }) => {
    const queues = sizes({ 'q-events': { ...putOff, later: 4_000 } })
    await world.gate.setPace({ ...slowDown(undefined, { now: world.now(), accepted: 60 }), revision: 1 })
    expect((await world.examine({ queues })).find('queues')).toEqual(ok(has('4000 in q-events (4000 deferred)')))
  })

  it('are not there', async () => {
    const size = async (name: string) => {
      if (name === 'q-receipts') throw Object.assign(new Error('no'), { name: 'QueueDoesNotExist' })
      return ready(0)
    }
    expect(await examineWith({ size })).toEqual(
      wrong('q-receipts cannot be read (QueueDoesNotExist)', 'npx --no sls deploy --stage prod --region cn-north-1'),
    )
  })
})

describe('functions at once', () => {
  const examineWith = async (account: DoctorDeps['account'], more: Partial<DoctorDeps> = {}) => {
    const world = await openDoctorWorld()
    return (await world.examine({ ...(account && { account }), ...more })).find('concurrency')
  }
  const limit = (count: number | undefined) => ({ concurrency: async () => count })

  // A new account has ten: while messages are sent, WeChat's pushes were throttled and lost.
  it.each([
    [
      10,
      'wrong',
      'the account lets 10 functions run at once, and the queues alone may use 30: callbacks and logins may be throttled',
    ],
    [30, 'wrong', has('throttled')],
    [44, 'warning', 'the account lets 44 functions run at once, and the queues alone may use 30'],
    [45, 'ok', has('45 functions')],
    [undefined, 'not-checked', has('does not tell')],
  ])('may be %s', async (count, status, words) => {
    expect(await examineWith(limit(count))).toEqual(says(status, words))
  })

  it('say what to request, and count the checks of pictures where there are any', async () => {
    const queueNames = { events: 'e', followers: 'f', receipts: 'r', images: 'i', imageChecks: 'c' }
    expect(await examineWith(limit(35), { queueNames })).toEqual(
      wrong(has('queues alone may use 35'), has('Service Quotas → AWS Lambda → Concurrent executions: request 1,000')),
    )
  })

  it('are not wrong where nobody may ask', async () => {
    const concurrency = async () => {
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException' })
    }
    const words = 'not checked, because Lambda does not answer (AccessDeniedException)'
    expect(await examineWith({ concurrency })).toEqual(notChecked(words))
  })
})

describe('the certificate', () => {
  const day = 86_400_000
  const trusted = getCACertificates('default')
  afterEach(() => setDefaultCACertificates(trusted))

  type Case = { readonly days: number; readonly isTrusted?: boolean; readonly host?: string }

  async function examineWith({ days, isTrusted = true, host = 'localhost' }: Case) {
    const { key, cert } = selfSigned(Date.now() + days * day)
    if (isTrusted) setDefaultCACertificates([cert])
    // Answers, for the check of the callback waits as long as WeChat does.
    const api = openOwnApi(
      new URL(
        await listen(
          createServer({ key, cert }, (_, answer) => answer.end()),
          host,
        ),
      ),
    )
    // OpenSSL goes by the wall clock, whatever the test's is.
    return await checkOf('certificate', {}, { api, now: Date.now })
  }

  it.each<[string, Case, unknown]>([
    ['is good for long', { days: 90.5 }, ok('the certificate of localhost is valid for 90 days')],
    ['warns a month before its end', { days: 29.5 }, warning(undefined, has('Certificate Manager'))],
    ['has ended', { days: -1 }, wrong('the certificate of localhost has expired')],
    ['is one that no phone trusts', { days: 90, isTrusted: false }, wrong(has('DEPTH_ZERO_SELF_SIGNED_CERT'))],
    ['is that of another domain', { days: 90, host: '127.0.0.1' }, wrong(has('ERR_TLS_CERT_ALTNAME_INVALID'))],
  ])('%s', async (_what, how, found) => expect(await examineWith(how)).toEqual(found))

  it('cannot be seen where nobody answers', async () => {
    const api = openOwnApi(new URL((await nowhere()).replace('http', 'https')))
    expect(await checkOf('certificate', {}, { api })).toEqual(wrong(has('(ECONNREFUSED)'), has('Custom domain names')))
  })
})

describe('the hosts of images', () => {
  const page = '开发管理 → 开发设置 → 服务器域名'
  const answering = (origin: string, status = 403): Site => ({ origin, ask: async () => status })
  const failing = (origin: string, code: string): Site => ({
    origin,
    ask: async () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })),
  })
  const bucket = 'https://b.s3.cn-north-1.amazonaws.com.cn'
  const own = 'https://files.example.com'
  const examineWith = async (upload: Site, files: Site) => await checkOf('images', {}, { sites: { upload, files } })

  it('answer: which value goes where', async () => {
    const found = await examineWith(answering('https://up.example.com'), answering(own, 404))
    expect(found).toEqual(ok(has(page)))
    expect(found?.words).toContain(`uploadFile 合法域名 https://up.example.com, downloadFile 合法域名 ${own}`)
  })

  // The deployment said that it is missing, and the doctor to enter it.
  it.each(['https://d1.cloudfront.net', bucket])(
    'are one’s own: a name of AWS may not be what the console takes (%s)',
    async ofAws => {
      const found = await examineWith(answering(ofAws), answering(own))
      expect(found).toEqual(ok(has('uploadFile 合法域名 a domain of your own')))
      expect(found?.words).not.toContain(ofAws)
    },
  )

  it('are asked for a file that nobody has, below any path', async () => {
    const asked: string[] = []
    const url = await serve(({ method, url = '' }, response) => {
      asked.push(`${method} ${url}`)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    const sites = [new URL(url), new URL(`${url}/a-bucket`)].map(openSite)
    expect(await Promise.all(sites.map(it => it.ask()))).toEqual([302, 302])
    expect(asked.sort()).toEqual(['HEAD /a-bucket/images/nobody/none.png', 'HEAD /images/nobody/none.png'])
    expect(sites.map(it => it.origin)).toEqual([url, url])
  })

  const unknownHere = notChecked(
    `not checked, because our DNS does not resolve ${bucket}, a name of AWS`,
    has('uploadFile 合法域名 a domain of your own'),
  )
  it.each<[string, Site, Site, unknown]>([
    [
      'have a domain that the DNS leads nowhere',
      answering(bucket),
      failing(own, 'ENOTFOUND'),
      wrong(`${own} gives no usable answer (ENOTFOUND)`, /^DNS must point the domain .*docs\/images\.md/),
    ],
    [
      'fail behind their front',
      answering(bucket),
      answering(own, 502),
      wrong(`${own} gives no usable answer (status 502)`),
    ],
    [
      'are AWS’s own names, which the DNS here does not know',
      failing(bucket, 'ENOTFOUND'),
      answering(own),
      unknownHere,
    ],
    ['are AWS’s own names, while the DNS is away', failing(bucket, 'EAI_AGAIN'), answering(own), unknownHere],
  ])('%s', async (_what, upload, files, found) => expect(await examineWith(upload, files)).toEqual(found))

  it('have a certificate that phones refuse', async () => {
    const url = await listen(createServer(selfSigned(Date.now() + 86_400_000)), 'localhost')
    expect(await examineWith(answering(bucket), openSite(new URL(url)))).toEqual(
      wrong(`${url} gives no usable answer (DEPTH_ZERO_SELF_SIGNED_CERT)`, has('certificate')),
    )
  })

  it('cannot be reached from where the function is', async () => {
    const found = await examineWith(openSite(new URL(await nowhere())), answering(own))
    expect(found).toEqual(wrong(has('(ECONNREFUSED)')))
    expect(found?.hint).toContain('NAT gateway')
  })

  it('both fail: each is told', async () => {
    const found = await examineWith(failing(bucket, 'ETIMEDOUT'), failing(own, 'CERT_HAS_EXPIRED'))
    expect(found?.status).toBe('wrong')
    expect(found?.words).toMatch(/files\.example\.com .*\(CERT_HAS_EXPIRED\); .*amazonaws.*\(ETIMEDOUT\)/)
  })
})

describe('the clock', () => {
  it.each([
    [45_000, 'warning', 'our clock is 45 s behind WeChat’s'],
    [-45_000, 'warning', 'our clock is 45 s ahead of WeChat’s'],
    [301_000, 'wrong', 'our clock is 301 s behind WeChat’s: callbacks are refused'],
    [25_000, 'ok', 'our clock is within 26 s of WeChat’s'],
  ])('of WeChat is %i ms ahead', async (advance, status, words) => {
    const world = await openDoctorWorld()
    // By half a second more: what the header leaves out.
    await world.control('/clock', { advance: advance + 500 })
    expect((await world.examine()).find('clock')).toEqual(says(status, words))
  })
})
