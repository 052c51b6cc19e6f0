import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { secretNamesOf } from '../../lib/secret-names.ts'
import { type Environment, readSettings, SettingsError } from '../../local/environment.ts'
import { buildFunctionsEnvironment } from '../../local/functions-environment.ts'
import { listSecrets, makeSessionKeys } from '../../local/secrets.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { openFolder } from '../opened.ts'

const officialAppid = 'wx1111111111111111'
const miniAppid = 'wx2222222222222222'
const keys = {
  WECHAT_OFFICIAL_APPID: officialAppid,
  WECHAT_OFFICIAL_SECRET: '1'.repeat(32),
  WECHAT_MINI_APPID: miniAppid,
  WECHAT_MINI_SECRET: '2'.repeat(32),
  WECHAT_CALLBACK_TOKEN: 'token',
}

const endpoints = {
  dynamodb: 'http://d',
  sqs: 'http://q',
  s3: 'http://s',
  ssm: 'http://m',
  wechat: 'http://w',
  s3Door: 'http://u',
  files: 'http://f',
}

function problemsOf(env: Environment): readonly string[] {
  try {
    readSettings(env)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

describe('readSettings', () => {
  it('needs nothing', () => {
    expect(readSettings({})).toMatchObject({
      host: '127.0.0.1',
      ports: { api: 3000, lambda: 3002, wechat: 3100, sqs: 4566, s3: 4567, dynamodb: 8000 },
      wechatApiUrl: undefined,
      wechat: {
        apps: { officials: [{ name: 'official', appid: defaultAccounts.official.appid }], minis: [{ name: 'mini' }] },
        appsecrets: { mini: defaultAccounts.mini.appsecret },
      },
      endpoints: { dynamodb: undefined, sqs: undefined, s3: undefined },
      region: 'us-east-1',
      isVerbose: false,
    })
  })

  it.each(['0.0.0.0', '127.0.0.1', '192.168.1.20', 'localhost'])('listens on %s by HOST', host => {
    expect(readSettings({ HOST: host }).host).toBe(host)
  })

  it.each(['', 'my-laptop', 'my-laptop.example.com', 'x86_64-conda-linux-gnu'])(
    'stays on this machine where a shell or a compiler exports its own HOST: "%s"',
    host => {
      expect(readSettings({ HOST: host }).host).toBe('127.0.0.1')
    },
  )

  it.each(['foo bar', '192.168.1.300', '0.0.0', 'http://0.0.0.0', '0.0.0.0:3000', ' 0.0.0.0', '[::]'])(
    'refuses a HOST that is neither an address nor a name: "%s"',
    host => {
      expect(problemsOf({ HOST: host })).toEqual([`HOST must be an IP address or localhost, not "${host}"`])
    },
  )

  it('gives the box the identities that are set', () => {
    const { wechat } = readSettings({ WECHAT_OFFICIAL_APPID: officialAppid })

    expect(wechat).toMatchObject({
      apps: { officials: [{ appid: officialAppid }] },
      appsecrets: { official: defaultAccounts.official.appsecret },
    })
  })

  it('takes another WeChat with its keys, and no AES key when there is none', () => {
    const settings = readSettings({ ...keys, WECHAT_API_URL: 'https://api.weixin.qq.com/' })

    expect(settings.wechatApiUrl).toBe('https://api.weixin.qq.com')
    expect(settings.wechat).toMatchObject({ apps: { officials: [{ appid: officialAppid }] }, callbackAesKey: '' })
  })

  it('names every key that another WeChat needs', () => {
    const problems = problemsOf({ WECHAT_API_URL: 'https://api.weixin.qq.com', WECHAT_MINI_APPID: miniAppid })

    expect(problems).toEqual([
      'WECHAT_API_URL is set, so these must be set too: WECHAT_OFFICIAL_APPID, WECHAT_OFFICIAL_SECRET, ' +
        'WECHAT_MINI_SECRET, WECHAT_CALLBACK_TOKEN',
    ])
  })

  it.each([
    ['WECHAT_OFFICIAL_APPID', 'wx111111111111111', 'an appid: wx and 16 hexadecimal digits in lower case'],
    ['WECHAT_MINI_APPID', 'WX2222222222222222', 'an appid: wx and 16 hexadecimal digits in lower case'],
    ['WECHAT_MINI_SECRET', '2'.repeat(31), 'an appsecret: 32 hexadecimal digits'],
    ['WECHAT_CALLBACK_TOKEN', 'ab', 'a Token: 3 to 32 letters and digits'],
    ['WECHAT_CALLBACK_AES_KEY', 'k'.repeat(42), 'an EncodingAESKey: 43 letters and digits'],
  ])('refuses a %s of another form, for the box as for another WeChat', (name, value, form) => {
    const problem = `${name} is not ${form}; it has ${value.length} characters`

    expect(problemsOf({ [name]: value })).toEqual([problem])
    expect(problemsOf({ ...keys, WECHAT_API_URL: 'https://api.weixin.qq.com', [name]: value })).toEqual([problem])
  })

  it('holds what the functions read to their own rules', () => {
    expect(problemsOf({ SESSION_SECONDS: '10', TEST_ACCOUNT: 'yes', WECHAT_API_URL: 'api.weixin.qq.com' })).toEqual([
      'WECHAT_API_URL must be an http or https URL without a path',
      expect.stringContaining('WECHAT_API_URL is set, so these must be set too'),
      'TEST_ACCOUNT must be on or off',
      'SESSION_SECONDS must be a whole number from 300 to 2592000',
    ])
  })

  it('names everything wrong at once', () => {
    const wrong = { HOST: 'foo bar', API_PORT: 'x', SQS_PORT: '0', AWS_ENDPOINT_URL_SQS: 'localhost:4566' }

    expect(problemsOf(wrong)).toEqual([
      'HOST must be an IP address or localhost, not "foo bar"',
      'API_PORT must be a port number from 1 to 65535, not "x"',
      'SQS_PORT must be a port number from 1 to 65535, not "0"',
      'AWS_ENDPOINT_URL_SQS must be an http or https URL, not "localhost:4566"',
    ])
  })
})

describe('readSettings with a list of the local stage in apps.json', () => {
  const list = {
    brand: { kind: 'official', appid: officialAppid, default: true },
    'fan-club': { kind: 'official', appid: 'wx3333333333333333' },
    shop: { kind: 'mini', appid: miniAppid },
  }
  const openList = async (local: object) => {
    const file = join(await openFolder(), 'apps.json')
    await writeFile(file, JSON.stringify({ local }))
    return file
  }

  it('has a secret for each app, and asks for no appid', async () => {
    const { wechat } = readSettings({ WECHAT_OFFICIAL_APPID: 'wx' }, await openList(list))

    expect([...wechat.apps.officials, ...wechat.apps.minis].map(it => it.name)).toEqual(['brand', 'fan-club', 'shop'])
    expect(wechat.appsecrets).toEqual({
      brand: defaultAccounts.official.appsecret,
      'fan-club': expect.stringMatching(/^[0-9a-f]{32}$/),
      shop: defaultAccounts.mini.appsecret,
    })
    expect(new Set(Object.values(wechat.appsecrets)).size).toBe(3)
    const secrets = Object.keys(listSecrets('/queqiao/local', wechat, await makeSessionKeys()))
    expect(secrets.toSorted()).toEqual(
      secretNamesOf(wechat.apps)
        .map(it => `/queqiao/local/${it}`)
        .toSorted(),
    )
  })

  it('takes each app’s secret from a variable of its own, which another WeChat needs', async () => {
    const file = await openList(list)
    const given = { ...keys, WECHAT_SECRET_FAN_CLUB: '3'.repeat(32), WECHAT_API_URL: 'https://api.weixin.qq.com' }
    expect(readSettings(given, file).wechat.appsecrets).toEqual({
      brand: '1'.repeat(32),
      'fan-club': '3'.repeat(32),
      shop: '2'.repeat(32),
    })
    expect(() => readSettings({ ...given, WECHAT_SECRET_FAN_CLUB: '' }, file)).toThrow('too: WECHAT_SECRET_FAN_CLUB')
    expect(() => readSettings({ WECHAT_SECRET_FAN_CLUB: '3' }, file)).toThrow('WECHAT_SECRET_FAN_CLUB is not an appsec')
  })

  it('names all that is wrong with it', async () => {
    const file = await openList({ brand: { kind: 'official', appid: 'wx' }, shop: { kind: 'shop' } })
    expect(() => readSettings({}, file)).toThrow(/stage local: brand\.appid .*\n.*stage local: shop\./)
  })

  it('gives the functions no appid, which they have by the list', async () => {
    const settings = readSettings({}, await openList(list))
    const env = buildFunctionsEnvironment({}, settings, endpoints)
    expect(env).toMatchObject({ WECHAT_OFFICIAL_APPID: '', WECHAT_MINI_APPID: '' })
    expect(buildFunctionsEnvironment({}, readSettings({}), endpoints)).toMatchObject({
      WECHAT_OFFICIAL_APPID: defaultAccounts.official.appid,
    })
  })
})

describe('buildFunctionsEnvironment', () => {
  const account = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'real', AWS_SESSION_TOKEN: 't', AWS_PROFILE: 'p' }

  it('leaves no way to a real account', () => {
    const env = buildFunctionsEnvironment(account, readSettings({}), endpoints)

    expect(env).toMatchObject({
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      CALLBACK_ENCRYPTION: 'optional',
      UPLOAD_URL: 'http://u/queqiao-local-images',
      FILES_URL: 'http://f',
    })
    expect(env).not.toHaveProperty('AWS_PROFILE')
    expect(env).not.toHaveProperty('AWS_SESSION_TOKEN')
  })

  it('keeps the credentials for stores that the environment names', () => {
    const given = { ...account, AWS_ENDPOINT_URL_SQS: 'http://elsewhere:4566', CALLBACK_ENCRYPTION: 'required' }
    const env = buildFunctionsEnvironment(given, readSettings(given), endpoints)

    expect(env).toMatchObject({ AWS_ACCESS_KEY_ID: 'AKIA', AWS_SESSION_TOKEN: 't', CALLBACK_ENCRYPTION: 'required' })
  })
})
