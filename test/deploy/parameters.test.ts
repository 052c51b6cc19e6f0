import { describe, expect, it } from 'vitest'

import { type Parameters as Given, lostAddresses, problemsOf } from '../../deploy/parameters.ts'
import { packageCopy, runServerless } from '../resources/packaged.ts'

const good = {
  ...{ wechatApiUrl: 'https://api.weixin.qq.com', accessTokenMode: 'stable', callbackEncryption: 'required' },
  ...{ testAccount: 'off', sessionSeconds: '86400', spreadSync: 'off', retentionDays: '30', quotaReserve: '0' },
  ...{ pushesBus: 'off', pushesQueue: 'off', forwardUrl: 'off', forwardMode: 'secure', forwardNetwork: 'public' },
  ...{ resultsBus: 'off', imagesPerDay: '100', imageMetadata: 'strip', imageCheck: 'off', imageDays: '' },
  ...{ imageCheckScene: '4', selfCheck: '15', canaryEvent: 'off', egress: 'nat-gateway', egressAllocationId: '' },
  ...{ egressAllocationId2: '', domain: '', hostedZoneId: '', files: 'auto', filesDomain: '', filesCertificate: '' },
  ...{ apiRate: '100', apiBurst: '200', callbackRate: '1000', callbackBurst: '2000', callbackConcurrency: '' },
  ...{ producerRoles: '', alarmTopic: '', shareTokens: 'off', keepData: 'on', tables: 'new' },
  ...{ receipts: 'on', templateMetrics: 'off' },
}
const filesCertificate = 'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef'
/** What a command that is refused says. */
const refusalOf = (...command: Parameters<typeof runServerless>) =>
  runServerless(...command).then(
    () => '',
    error => `${error.stdout}${error.stderr}`,
  )
const problemsWith = (more: Given) => problemsOf({ ...good, ...more })

describe('the parameters', () => {
  it.each<Given>([
    {},
    {
      egress: 'nat-gateway-per-zone',
      egressAllocationId: 'eipalloc-0123456789abcdef0',
      egressAllocationId2: 'eipalloc-01234567',
    },
    { domain: 'api.example.com.cn', hostedZoneId: 'Z0123456789ABC' },
    {
      forwardUrl: 'https://crm.example.com/wx?a=1',
      forwardMode: 'plain',
      forwardNetwork: 'private',
      pushesQueue: 'crm',
    },
    { producerRoles: 'arn:aws-cn:iam::123456789012:role/shop,arn:aws-cn:iam::123456789012:role/team/crm' },
    { alarmTopic: 'arn:aws-cn:sns:cn-north-1:123456789012:ops', apiRate: 5 },
    { files: 'cloudfront', filesDomain: 'files.example.com', filesCertificate, region: 'ap-southeast-1' },
    { files: 'auto', region: 'cn-northwest-1' },
    { files: 'api', region: 'cn-north-1' },
  ])('are right: %o', more => {
    expect(problemsWith(more)).toEqual([])
  })

  it.each<[string, Given]>([
    ['SESSION_SECONDS', { sessionSeconds: 'a day' }],
    ['EGRESS', { egress: 'nat' }],
    ['EGRESS_ALLOCATION_ID', { egressAllocationId: '203.0.113.7' }],
    ['EGRESS_ALLOCATION_ID_2', { egressAllocationId2: 'eipalloc-01234567' }],
    ['DOMAIN', { domain: 'https://api.example.com' }],
    ['HOSTED_ZONE_ID', { hostedZoneId: 'Z0123456789ABC' }],
    ['FILES', { files: 's3' }],
    ['FILES', { files: 'cloudfront', region: 'cn-north-1' }],
    ['FILES_DOMAIN', { filesDomain: 'https://files.example.com', filesCertificate }],
    ['FILES_DOMAIN', { filesDomain: 'files.example.com' }],
    ['FILES_DOMAIN', { filesCertificate }],
    ['FILES_DOMAIN', { filesDomain: 'files.example.com', filesCertificate, files: 'api' }],
    ['FILES_DOMAIN', { filesDomain: 'files.example.com', filesCertificate, region: 'cn-north-1' }],
    ['FILES_DOMAIN', { filesDomain: 'a.example.com', filesCertificate, domain: 'a.example.com' }],
    [
      'FILES_CERTIFICATE',
      { filesDomain: 'a.example.com', filesCertificate: filesCertificate.replace('us-east-1', 'eu-west-1') },
    ],
    ['API_RATE', { apiRate: '0' }],
    ['API_BURST', { apiBurst: 'many' }],
    ['CALLBACK_RATE', { callbackRate: '' }],
    ['CALLBACK_BURST', { callbackBurst: '-1' }],
    ['CALLBACK_CONCURRENCY', { callbackConcurrency: '0' }],
    ['PRODUCER_ROLES', { producerRoles: 'arn:aws:iam::123456789012:role/shop, shop' }],
    ['ALARM_TOPIC', { alarmTopic: 'ops@example.com' }],
    ['SHARE_TOKENS', { shareTokens: 'yes' }],
    ['KEEP_DATA', { keepData: '' }],
    ['TABLES', { tables: 'old' }],
    ['IMAGES_PER_DAY', { imagesPerDay: '0' }],
    ['IMAGE_METADATA', { imageMetadata: 'remove' }],
    ['IMAGE_CHECK', { imageCheck: 'yes' }],
    ['IMAGE_DAYS', { imageDays: '0' }],
    ['IMAGE_CHECK_SCENE', { imageCheckScene: '5' }],
    ['FORWARD_URL', { forwardUrl: 'http://crm.example.com/' }],
    ['FORWARD_MODE', { forwardMode: 'none' }],
    ['PUSHES_QUEUE', { pushesQueue: 'pushes.fifo' }],
    ['PUSHES_BUS', { pushesBus: 'x y' }],
    ['RESULTS_BUS', { resultsBus: 'x y' }],
    ['RECEIPTS', { receipts: 'no' }],
    ['CANARY_EVENT', { receipts: 'off', canaryEvent: '{"to":{"openid":"o"},"template":"t","data":{}}' }],
  ])('are wrong in %s alone', (variable, more) => {
    expect(problemsWith(more)).toEqual([expect.stringMatching(new RegExp(`^${variable} `))])
  })

  it('stop a package before anything is built, all of them named at once', async () => {
    const wrong = {
      WECHAT_OFFICIAL_APPID: '',
      WECHAT_MINI_APPID: 'wx',
      EGRESS: 'nat',
      SHARE_TOKENS: 'yes',
      KEEP_DATA: 'yes',
      ALARM_TOPIC: 'arn:aws:sns:us-east-1:123456789012:ops',
      PRODUCER_ROLES: 'arn:aws-cn:iam::123456789012:role/shop',
    }
    const failed = await refusalOf(['package', '--stage', 'a'.repeat(44)], wrong)
    expect(failed).toContain('Nothing was deployed')
    for (const variable of Object.keys(wrong)) expect(failed).toContain(`- ${variable} must be`)
    expect(failed).toContain('- --stage must have at most 38 letters')
  })

  it('stop a package beside what is wrong in both lists', async () => {
    const apps = { brand: { kind: 'official', appid: 'wx1' }, shop: { kind: 'shop', appid: 'wx0123456789abcdef' } }
    const files = { 'apps.json': JSON.stringify({ prod: apps }), 'templates.json': '{"prod":{"paid":{}}}' }
    const failed = await packageCopy(files, { EGRESS: 'nat' }).then(
      () => '',
      error => `${error.stdout}${error.stderr}`,
    )
    expect(failed.match(/^ +- .*$/gm)).toEqual([
      expect.stringMatching(/^ +- EGRESS must be/),
      expect.stringMatching(/^ +- apps\.json, stage prod: brand\.appid /),
      expect.stringMatching(/^ +- apps\.json, stage prod: shop\.kind /),
      ...['templateId', 'title', 'fields'].map(it =>
        expect.stringMatching(new RegExp(`^ +- templates\\.json, stage prod: paid\\.${it} `)),
      ),
    ])
  })

  it('may be given on the command line as well', async () => {
    const failed = await refusalOf(['package', '--param', 'egress=nat', '--param', 'domain=Example'])
    expect(failed.match(/^ +- \w+/gm)).toEqual(['  - EGRESS', '  - DOMAIN'])
  })
})

describe('the address of a deployed stage', () => {
  const brought = { EgressAllocationId: 'eipalloc-1', SecondEgressAllocationId: 'eipalloc-2' }
  const perZone = { ...good, egress: 'nat-gateway-per-zone' }

  it('is not lost by a parameter that is forgotten', () => {
    expect(lostAddresses(brought, perZone)).toEqual([
      expect.stringContaining('EGRESS_ALLOCATION_ID must be eipalloc-1'),
      expect.stringContaining('EGRESS_ALLOCATION_ID_2 must be eipalloc-2'),
    ])
    expect(lostAddresses(brought, good)).toHaveLength(1)
  })

  it('stays without a parameter where the stage made it, and may be changed by naming another', () => {
    const own = { ...brought, EgressAddress: '203.0.113.7', SecondEgressAddress: '203.0.113.8' }
    expect(lostAddresses(own, perZone)).toEqual([])
    expect(lostAddresses(brought, { ...good, egressAllocationId: 'eipalloc-01234567' })).toEqual([])
    expect(lostAddresses({}, good)).toEqual([])
  })
})
