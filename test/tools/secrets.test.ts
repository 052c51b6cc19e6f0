/** `./queqiao secrets`, beside a parameter store that keeps SSM's rules. */

import { PassThrough, Writable } from 'node:stream'

import { describe, expect, it } from 'vitest'

import type { Apps } from '../../lib/apps.ts'
import { secretNamesOf } from '../../lib/secret-names.ts'
import { publicKeysOf } from '../../local/secrets.ts'
import { readApps } from '../../tools/command/apps.ts'
import { NoAnswer } from '../../tools/command/session.ts'
import { runSecrets } from '../../tools/secrets/command.ts'
import { askHidden } from '../../tools/secrets/hidden-input.ts'
import { makeSecret } from '../../tools/secrets/make.ts'
import type { SecretName } from '../../tools/secrets/names.ts'
import type { Options } from '../../tools/secrets/options.ts'
import { openSecretStore } from '../../tools/secrets/store.ts'
import { leaksIn } from '../canary.ts'
import { id, miniAppid } from '../ids.ts'
import { checkerWith, sessionsWith } from '../session.ts'
import { openParameterStore } from './parameter-store.ts'
import { onAws, runTool } from './run-tool.ts'
import { openSession, placeAt } from './session.ts'

const official = '0123456789abcdef0123456789abcdef'
const mini = 'fedcba9876543210fedcba9876543210'
const env = { WECHAT_OFFICIAL_SECRET: official, WECHAT_MINI_SECRET: mini }
const [token, aesKey] = ['official-callback-token', 'official-callback-aes-key'] as const
const names = [
  ...(['official-appsecret', 'mini-appsecret', token, 'mini-callback-token'] as const),
  ...([aesKey, 'mini-callback-aes-key', 'session-keys'] as const),
]
const all = [...names, 'session-public-keys'] as const
const pathOf = (name: SecretName) => `/queqiao/prod/${name}`
const prod = ['--stage', 'prod', '--region', 'cn-north-1']

const pair = readApps('prod')

const appsecretsIn = ({ stored }: Ssm) => names.slice(0, 2).map(it => stored.get(pathOf(it)))

type Ssm = Awaited<ReturnType<typeof openParameterStore>>

/** Runs the command as a process without a terminal, beside an empty store unless one is given. */
async function runIt(args: readonly string[], more: Readonly<Record<string, string>> = {}, given?: Ssm) {
  const ssm = given ?? (await openParameterStore())
  const { code, stdout, stderr } = await runTool('secrets', [...prod, ...args], {
    ...onAws({ ssm: ssm.url }),
    ...more,
  })
  const keys = ssm.stored.get(pathOf('session-keys')) ?? ''
  const privateParts = [...keys.matchAll(/"(?:d|p|q)":"([^"]+)"/g)].map(it => it[1] ?? '')
  expect(leaksIn(stdout + stderr, privateParts)).toEqual([])
  return { ssm, code, stdout, stderr, all: stdout + stderr }
}

/** A stage that has its secrets. */
async function openStage() {
  const { ssm, code } = await runHere({ env })
  expect(code).toBe(0)
  const before = new Map(ssm.stored)
  ssm.written.length = 0
  return { ssm, before, secretOf: (name: SecretName) => ssm.stored.get(pathOf(name)) ?? '' }
}

type Wishes = Partial<Options> & { typed?: string[]; env?: object; stopAt?: number; isWatched?: boolean }

/** Runs the command in this process, with a clock of its own and, for what is typed, a terminal. */
async function runHere({ typed, env = {}, stopAt = Infinity, isWatched = false, ...more }: Wishes, given?: Ssm) {
  const ssm = given ?? (await openParameterStore())
  const { session, clock, text } = openSession(0, now => now >= stopAt)
  const place = placeAt(ssm.url, 'prod', 'cn-north-1')
  const options: Options = { ...place, apps: pair, rotate: [], isShown: false, ...more }
  const terminal = typed === undefined ? undefined : openTerminal(typed)
  const store = openSecretStore(place, session.signal)
  const code = await runSecrets(options, {
    ...session,
    env: { ...env },
    apps: options.apps,
    isWatched,
    store,
    terminal,
  })
  return { ssm, code, said: `${text()}\n`, clock, happened: terminal?.happened ?? [] }
}

/** A terminal at which each text is typed when a question stands there; tells what happened to it, in order. */
function openTerminal(typed: readonly string[]) {
  const left = [...typed]
  const happened: string[] = []
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => void happened.push(isRaw ? 'hidden' : 'as before'),
  })
  const output = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      happened.push(chunk)
      if (chunk.endsWith(': ')) input.write(left.shift() ?? '\x04')
      done()
    },
  })
  return { input, output, happened }
}

describe('a stage without secrets', () => {
  it('gets all of them as the functions read them, and no older one is replaced', async () => {
    const { ssm, secretOf } = await openStage()
    expect([...ssm.stored.keys()]).toEqual(all.map(pathOf))
    expect([secretOf('official-appsecret'), secretOf('mini-appsecret')]).toEqual([official, mini])
    expect(secretOf(token)).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(secretOf(aesKey)).toMatch(/^[A-Za-z0-9]{43}$/)
    const sessions = sessionsWith(async () => secretOf('session-keys'), Date.now)
    const claims = { mini: miniAppid, miniOpenid: id('oMini') }
    expect(await sessions.verify(await sessions.sign(claims, Math.floor(Date.now() / 1000)))).toEqual(claims)
    // The functions that only check sessions must read no key that signs.
    expect(secretOf('session-public-keys')).toBe(publicKeysOf(secretOf('session-keys')))
    expect(secretOf('session-public-keys')).not.toMatch(/"(d|p|q|dp|dq|qi)":/)
  })

  // 43 characters are two bits more than the key has; strict readers, as in other languages, refuse those that are not 0.
  it('is told what was written, in columns', async () => {
    const { stdout } = await runIt([], env)
    const second = stdout.split('\n').flatMap(it => /^✓ \S+ +/.exec(it)?.[0].length ?? [])
    expect(second).toEqual(all.map(() => '✓ official-callback-aes-key  '.length))
  })

  it('gets an EncodingAESKey that is the same text when it is written back', async () => {
    const keys = await Promise.all(Array.from({ length: 100 }, () => makeSecret('callback-aes-key')))
    expect(keys.filter(it => Buffer.from(it, 'base64').toString('base64') !== `${it}=`)).toEqual([])
  })

  it('is told what comes next, and nothing secret where a log may keep it', async () => {
    const { ssm, stdout } = await runIt([], env)
    expect(ssm.written.map(it => it.isReplacing)).toEqual(all.map(() => false))
    expect([...ssm.stored.values()].filter(it => stdout.includes(it))).toEqual([])
    expect(stdout).toContain('./queqiao secrets --stage prod --region cn-north-1 --show')
    expect(stdout).toContain('npx --no sls deploy --stage prod --region cn-north-1\n')
  })

  it('shows Token and EncodingAESKey at a terminal, with the page they go to', async () => {
    const { ssm, said } = await runHere({ env, isWatched: true })
    expect(said).toContain('developers.weixin.qq.com/platform → 我的业务 → 服务号 → 基础信息 → 域名与消息推送配置')
    expect(said).toContain('menus and automatic replies made in the console stop')
    expect(said).toContain(`Token (令牌): ${ssm.stored.get(pathOf(token))}\n`)
    expect(said).toContain(`EncodingAESKey (消息加解密密钥): ${ssm.stored.get(pathOf(aesKey))}\n`)
    expect([official, mini, '"keys"'].filter(it => said.includes(it))).toEqual([])
  })

  it('takes appsecrets of the environment without the line’s end that a file may have given them', async () => {
    const { ssm } = await runHere({ env: { ...env, WECHAT_MINI_SECRET: ` ${mini}\n` } })
    expect(ssm.stored.get(pathOf('mini-appsecret'))).toBe(mini)
  })

  it('needs the environment where there is no terminal, and says all that is wrong with it at once', async () => {
    const { ssm, code, stderr } = await runIt([], { WECHAT_OFFICIAL_SECRET: `${official}0` })
    expect(code).toBe(2)
    expect(stderr).toContain('WECHAT_OFFICIAL_SECRET is not the Official Account’s appsecret')
    expect(stderr).toContain('WECHAT_MINI_SECRET must be set')
    expect([stderr.includes(official), ssm.written]).toEqual([false, []])
  })

  it.each([
    [`${official}0`, 'this has 33 characters'],
    [official.slice(1), 'this has 31 characters'],
    [`${official.slice(1)}g`, 'this has other characters'],
    ['wx0123456789abcdef', 'this is an appid'],
  ])('takes no appsecret of another shape, and does not repeat it: %#', async (wrong, words) => {
    const { ssm, code, all } = await runIt([], { ...env, WECHAT_MINI_SECRET: wrong })
    expect([code, ssm.written, all.includes(wrong)]).toEqual([2, [], false])
    expect(all).toContain(words)
  })
})

describe('at a terminal', () => {
  const asking = (name: string) => ['hidden', `  ${name} (does not show · 输入不显示): `, 'as before', '\n']

  it('the appsecrets are asked for, and show nowhere', async () => {
    const { ssm, code, said, happened } = await runHere({ typed: [`${official}\r`, `${mini}\r`] })
    expect(code).toBe(0)
    expect(appsecretsIn(ssm)).toEqual([official, mini])
    expect([said.includes(official), said.includes(mini)]).toEqual([false, false])
    expect(happened).toEqual(['official-appsecret', 'mini-appsecret'].flatMap(asking))
  })

  it('backspace takes back, spaces around a pasted text do not count, and a second line is no answer to the next question', async () => {
    const { ssm } = await runHere({ typed: [`${official}xy\x7f\x7f\r`, ` ${mini}  \r\nrubbish\r`] })
    expect(appsecretsIn(ssm)).toEqual([official, mini])
  })

  it('what is wrong is said, and asked for again', async () => {
    const { ssm, code, said } = await runHere({ typed: ['\r', 'abc\r', `${official}\r`, `${mini}\r`] })
    expect([code, ssm.stored.get(pathOf('official-appsecret'))]).toEqual([0, official])
    expect(said).toContain('✗ this has 0 characters')
    expect(said).toContain('✗ this has 3 characters')
  })

  it.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('%s ends it, with nothing written and the terminal as it was', async (_, key) => {
    const { ssm, code, said, happened } = await runHere({
      typed: [`${official}\r`, `abc${key === '\x03' ? '' : '\x15'}${key}`],
    })
    expect([code, ssm.written, happened.at(-2)]).toEqual([130, [], 'as before'])
    expect(said).toContain('Stopped')
  })

  it('what ends the command ends the question', async () => {
    const leaving = new AbortController()
    const { happened, ...terminal } = openTerminal(['abc'])
    const asked = askHidden('appsecret: ', terminal, leaving.signal)
    leaving.abort()
    await expect(asked).rejects.toThrow(NoAnswer)
    expect(happened).toEqual(['hidden', 'appsecret: ', 'as before', '\n'])
  })

  it('the environment goes before the question', async () => {
    const { happened } = await runHere({ env: { WECHAT_OFFICIAL_SECRET: official }, typed: [`${mini}\r`] })
    expect(happened).toEqual(asking('mini-appsecret'))
  })
})

describe('a stage that has its secrets', () => {
  it('keeps them: they are told by name and date, and nothing is asked or written', async () => {
    const { ssm, before } = await openStage()
    const { code, stdout } = await runIt([], {}, ssm)
    expect([code, ssm.stored, ssm.written, ssm.decrypted]).toEqual([0, before, [], []])
    for (const name of names) expect(stdout).toMatch(new RegExp(`${name} +is there, of 2026-11-22 16:10 in China`))
    expect([...before.values()].filter(it => stdout.includes(it))).toEqual([])
  })

  it('gets what it lacks, and only that', async () => {
    const { ssm, before } = await openStage()
    ssm.stored.delete(pathOf(aesKey))
    await runIt([], {}, ssm)
    expect(ssm.written.map(it => it.name)).toEqual([pathOf(aesKey)])
    expect(ssm.stored.get(pathOf(token))).toBe(before.get(pathOf(token)))
  })

  it('gets the public half of the session keys that it has, as one that is older than that', async () => {
    const { ssm, before } = await openStage()
    ssm.stored.delete(pathOf('session-public-keys'))
    const { code, stdout } = await runIt([], {}, ssm)
    expect([code, ssm.written.map(it => it.name)]).toEqual([0, [pathOf('session-public-keys')]])
    expect(ssm.stored).toEqual(before)
    expect(stdout).toContain('✓ session-public-keys')
  })

  it('gets both halves anew once the session keys were deleted, as after a leak', async () => {
    const { ssm, before, secretOf } = await openStage()
    ssm.stored.delete(pathOf('session-keys'))
    await runIt([], {}, ssm)
    expect(secretOf('session-keys')).not.toBe(before.get(pathOf('session-keys')))
    expect(secretOf('session-public-keys')).toBe(publicKeysOf(secretOf('session-keys')))
  })

  it('shows what the console needs when told to', async () => {
    const { ssm, secretOf } = await openStage()
    const { stdout } = await runIt(['--show'], {}, ssm)
    expect(stdout).toContain(secretOf(token))
    expect(stdout).toContain(secretOf(aesKey))
    expect([stdout.includes(official), stdout.includes(secretOf('session-keys'))]).toEqual([false, false])
  })

  it('gets new ones for those named, and a word when the console may be told', async () => {
    const { ssm, before, secretOf } = await openStage()
    const { stdout } = await runIt(['--rotate', `${token},${aesKey}`, '--show'], {}, ssm)
    expect(ssm.written.map(it => [it.name, it.isReplacing])).toEqual([
      [pathOf(token), true],
      [pathOf(aesKey), true],
    ])
    expect(secretOf(token)).not.toBe(before.get(pathOf(token)))
    expect(stdout).toContain('Paste them in five minutes')
    expect(stdout).toContain('without a deployment')
  })

  it('gets the appsecret that WeChat has made anew', async () => {
    const { ssm, secretOf } = await openStage()
    await runIt(['--rotate', 'official-appsecret'], { WECHAT_OFFICIAL_SECRET: mini }, ssm)
    expect([ssm.written.length, secretOf('official-appsecret')]).toEqual([1, mini])
  })
})

describe('a stage of several apps', () => {
  const { officials, minis } = pair
  const [one, other] = [officials[0], minis[0]]
  const apps: Apps = {
    officials: [
      { ...one, name: 'brand' },
      { ...one, name: 'fan-club' },
    ],
    minis: [{ ...other, name: 'shop' }],
  }
  const given = { ...env, WECHAT_SECRET_FAN_CLUB: '3'.repeat(32) }
  const ofFanClub = ['appsecret', 'callback-token', 'callback-aes-key'].map(it => `/queqiao/prod/fan-club-${it}`)

  it('gets the secrets of each, more than SSM tells of in one call', async () => {
    const { ssm, code, said } = await runHere({ env: given, apps, isWatched: true })
    expect(code).toBe(0)
    expect([...ssm.stored.keys()]).toEqual(secretNamesOf(apps).map(pathOf))
    expect(ssm.stored.get(pathOf('fan-club-appsecret'))).toBe('3'.repeat(32))
    expect(new Set([...ssm.stored.values()]).size).toBe(ssm.stored.size)
    const urls = [...said.matchAll(/URL \(服务器地址\): (\S+),/g)].map(it => it[1])
    expect(urls).toEqual(['<API>/callback', '<API>/callback/fan-club', '<API>/callback/shop'])
    for (const { name } of [...apps.officials, ...apps.minis]) {
      const [, shown = ''] = said.split(`To paste for ${name} `)
      expect(shown.split('To paste')[0]).toContain(ssm.stored.get(pathOf(`${name}-callback-token`)))
    }
    const again = await runHere({ apps }, ssm)
    expect([again.code, again.said.match(/is there, of/g)?.length]).toEqual([0, 10])
  })

  it('gets those of one app alone, and only its secret is asked for', async () => {
    const { ssm, code } = await runHere({ env: given, apps, app: 'fan-club' })
    expect([code, [...ssm.stored.keys()]]).toEqual([0, ofFanClub])
    const { happened } = await runHere({ apps, app: 'shop', typed: [`${mini}\r`] }, ssm)
    expect(happened).toContain('  shop-appsecret (does not show · 输入不显示): ')
  })

  it('is told by which variable and for which app a secret is missing', async () => {
    await expect(runHere({ env, apps })).rejects.toThrow(
      'WECHAT_SECRET_FAN_CLUB must be set to the Official Account fan-club’s appsecret',
    )
  })
})

describe('a new session key', () => {
  const claims = { mini: miniAppid, miniOpenid: id('oMini') }
  const issuedAt = Math.floor(Date.now() / 1000)
  const under = (keys: string) => sessionsWith(async () => keys, Date.now)
  const checking = (publicKeys: string) => checkerWith(async () => publicKeys, Date.now)

  it('signs in the end; on the way nobody refuses a session, however old their copy of the keys', async () => {
    const { ssm, before } = await openStage()
    const { code, clock } = await runHere({ rotate: ['session-keys'] }, ssm)
    expect([code, clock.now]).toEqual([0, 600_000])
    // What is there after each write.
    const states = [new Map(before)]
    for (const { name, value } of ssm.written) states.push(new Map(states.at(-1)).set(name, value))
    expect(states).toHaveLength(4)
    const [signing, published] = ['session-keys', 'session-public-keys'].map(name =>
      states.map(it => it.get(pathOf(name as SecretName)) ?? ''),
    )
    for (const [index, keys] of (signing ?? []).entries()) {
      const token = await under(keys).sign(claims, issuedAt)
      // Whoever has read since the state before last.
      const readers = published?.slice(Math.max(0, index - 1)) ?? []
      for (const other of readers) expect(await checking(other).verify(token)).toEqual(claims)
    }
    const kids = (keys = '') => JSON.parse(keys).keys.map((it: { kid: string }) => it.kid)
    expect(kids(signing?.at(-1))).toHaveLength(2)
    expect(kids(signing?.at(-1))[1]).toBe(kids(signing?.[0])[0])
    expect(kids(published?.at(-1)).toSorted()).toEqual(kids(signing?.at(-1)).toSorted())
  })

  it('has room in a parameter that costs nothing, however often it is changed', async () => {
    const { ssm } = await openStage()
    for (let time = 0; time < 3; time++)
      expect(await runHere({ rotate: ['session-keys'] }, ssm)).toMatchObject({ code: 0 })
    expect(JSON.parse(ssm.stored.get(pathOf('session-keys')) ?? '').keys).toHaveLength(2)
  })

  it('does not sign yet when the command is stopped, and a later run begins anew', async () => {
    const { ssm, before } = await openStage()
    const { code } = await runHere({ rotate: ['session-keys'], stopAt: 599_000 }, ssm)
    const token = await under(ssm.stored.get(pathOf('session-keys')) ?? '').sign(claims, issuedAt)
    expect([code, await under(before.get(pathOf('session-keys')) ?? '').verify(token)]).toEqual([130, claims])
    expect(await runHere({ rotate: ['session-keys'] }, ssm)).toMatchObject({ code: 0 })
  })

  it('takes the place of no set that cannot be read', async () => {
    const { ssm } = await openStage()
    ssm.stored.set(pathOf('session-keys'), '{"keys":[]}')
    const { code, said } = await runHere({ rotate: ['session-keys'] }, ssm)
    expect([code, ssm.written]).toEqual([1, []])
    expect(said).toContain('/queqiao/prod/session-keys is not a JWK Set')
  })
})

describe('./queqiao secrets says what to do', () => {
  it.each([
    ['AccessDeniedException', 'need ssm:PutParameter on arn:aws-cn:ssm:cn-north-1:*:parameter/queqiao/prod/*'],
    ['ThrottlingException', 'SSM already does as much as this account may: try again in a minute'],
    ['TooManyUpdates', 'SSM already does as much as this account may: try again in a minute'],
    ['UnrecognizedClientException', 'aws and aws-cn have their own'],
    ['ParameterAlreadyExists', '/queqiao/prod/official-appsecret is there by now, and was not replaced'],
    ['Else', '/queqiao/prod/official-appsecret could not be asked: Else'],
  ])('when SSM answers %s, even if it repeats the value', async (type, words) => {
    const ssm = await openParameterStore()
    ssm.refusing.refuse = (action, { Value = '' }) =>
      action === 'PutParameter' ? { type, message: `'${Value}' is wrong` } : undefined
    const { code, stderr } = await runIt([], env, ssm)
    expect([code, stderr.includes(official)]).toEqual([1, false])
    expect(stderr).toContain(words)
    expect(stderr.trim()).not.toContain('\n')
  })

  it('where it may not look', async () => {
    const ssm = await openParameterStore()
    ssm.refusing.refuse = () => ({ type: 'AccessDeniedException', message: 'no' })
    expect((await runIt([], env, ssm)).stderr).toContain('need ssm:GetParameters on arn:aws-cn:ssm:')
  })
})
