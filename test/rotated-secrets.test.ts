/** The functions take a rotated secret without a deployment: their own doors, in one container, beside a parameter store. */

import { createHash } from 'node:crypto'

import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { createClosing } from '../local/closing.ts'
import { publicKeysOf } from '../local/secrets.ts'
import { id, miniAppid, officialAppid } from './ids.ts'
import { keySet } from './session.ts'
import { openParameterStore } from './tools/parameter-store.ts'

const context = { getRemainingTimeInMillis: () => 60_000 } as Partial<Context> as Context
const tokenPath = '/queqiao/test/official-callback-token'
const keysPath = '/queqiao/test/session-public-keys'
const environment = {
  ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
  ...{ STAGE: 'test', SECRETS_PREFIX: '/queqiao/test', SESSION_SECONDS: '86400', CALLBACK_ENCRYPTION: 'required' },
  ...{ WECHAT_OFFICIAL_APPID: officialAppid, WECHAT_MINI_APPID: miniAppid },
  ...{
    FOLLOWERS_QUEUE: 'followers',
    ...{ RECEIPTS: 'on', RESULTS_BUS: 'off', RECEIPTS_QUEUE: 'receipts' },
    PASS_ON_QUEUE: 'off',
    PUSHES_BUS: 'off',
    PUSHES_QUEUE: 'off',
  },
  ...{ WECHAT_API_URL: 'http://127.0.0.1:9', ACCESS_TOKEN_MODE: 'stable' },
}

const closing = createClosing()
let stored: Map<string, string>
let reads: (readonly string[])[]
let functions: Awaited<ReturnType<typeof openFunctions>>

/** Behind the clock of the test: a function takes hold of the time when it is loaded. */
async function openFunctions() {
  const [{ handler: callback }, { handler: jwks }] = await Promise.all([
    import('../functions/callback.ts'),
    import('../functions/jwks.ts'),
  ])
  return { callback, jwks }
}

beforeAll(async () => {
  const ssm = await openParameterStore(closing, {
    [tokenPath]: 'TokenBefore',
    [keysPath]: publicKeysOf(keySet('before')),
    '/queqiao/test/mini-appsecret': 'a'.repeat(32),
    '/queqiao/test/session-keys': keySet('before'),
  })
  ;({ stored, reads } = ssm)
  vi.useFakeTimers({ toFake: ['Date'] })
  for (const [name, value] of Object.entries({ ...environment, AWS_ENDPOINT_URL_SSM: ssm.url })) vi.stubEnv(name, value)
  functions = await openFunctions()
})

afterAll(async () => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  await closing.close()
})

const eventOf = (more: object) => more as Partial<APIGatewayProxyEventV2> as APIGatewayProxyEventV2

/** WeChat's handshake, signed with this token. */
async function statusOf(token: string) {
  const [timestamp, nonce] = [`${Math.floor(Date.now() / 1000)}`, 'nonce']
  const signature = createHash('sha1').update([token, timestamp, nonce].toSorted().join('')).digest('hex')
  const queryStringParameters = { signature, timestamp, nonce, echostr: 'echo' }
  return (await functions.callback(eventOf({ queryStringParameters }), context)).statusCode
}

async function kidsOf() {
  const { body = '{}' } = await functions.jwks(eventOf({}), context)
  return JSON.parse(body).keys.map(({ kid }: { kid: string }) => kid)
}

describe('the secrets of a function', () => {
  it('come in one request, those of a login by what it opens', async () => {
    expect(await statusOf('TokenBefore')).toBe(200)
    const { loginApps } = await import('../lib/runtime/wechat.ts')
    const { neededSecret, sessionSigner } = await import('../lib/runtime/secrets.ts')
    loginApps()
    const { sign } = sessionSigner()
    await neededSecret('mini-appsecret')
    const names = ['official-callback-token', 'official-callback-aes-key', 'mini-appsecret', 'session-keys']
    const paths = names.map(it => `/queqiao/test/${it}`)
    expect(reads).toEqual([paths.slice(0, 2), paths.slice(2)])
    expect(await sign({ mini: miniAppid, miniOpenid: id('oMini') }, 1)).toMatch(/^ey/)
    expect(reads).toHaveLength(2)
  })

  it('are named with their app where one is missing', async () => {
    const { neededSecret } = await import('../lib/runtime/secrets.ts')
    const whose = `the mini program mini (${miniAppid})`
    await expect(neededSecret('mini-callback-token')).rejects.toMatchObject({
      name: 'ConfigError',
      problems: [`the secret /queqiao/test/mini-callback-token of ${whose} is not set`],
    })
    await expect(neededSecret('official-appsecret')).rejects.toMatchObject({
      problems: [expect.stringContaining(`of the Official Account official (${officialAppid}) is not set`)],
    })
  })
})

describe('a rotated secret', () => {
  it('is taken by a function that runs, within five minutes', async () => {
    expect([await statusOf('TokenBefore'), await statusOf('TokenAfter'), await kidsOf()]).toEqual([
      200,
      401,
      ['before'],
    ])

    stored.set(tokenPath, 'TokenAfter').set(keysPath, publicKeysOf(keySet('after', 'before')))
    vi.setSystemTime(Date.now() + 299_000)
    expect([await statusOf('TokenBefore'), await kidsOf()]).toEqual([200, ['before']])
    vi.setSystemTime(Date.now() + 1000)

    expect([await statusOf('TokenBefore'), await statusOf('TokenAfter')]).toEqual([401, 200])
    expect(await kidsOf()).toEqual(['after', 'before'])
  })
})
