/** `--app`: which app a verb is about, known before anything is called, and named to the function. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { SettingsError } from '../../local/environment.ts'
import { UsageError } from '../../tools/command/options.ts'
import { parseOptions as doctor } from '../../tools/doctor/options.ts'
import { parseOptions as quota } from '../../tools/quota/options.ts'
import { parseOptions as secrets } from '../../tools/secrets/options.ts'
import { commandFor, parseOptions as sync } from '../../tools/sync/options.ts'
import { openFolder } from '../opened.ts'
import { runBeside } from './lambda-api.ts'
import { severalApps } from './several-apps.ts'

const prod = ['--stage', 'prod', '--region', 'cn-north-1']

async function openApps(list: object = severalApps) {
  const file = join(await openFolder(), 'apps.json')
  await writeFile(file, JSON.stringify({ prod: list }))
  return file
}

describe('--app', () => {
  it.each([
    ['doctor', doctor, ['brand', 'fan-club', 'shop']],
    ['secrets', secrets, ['brand', 'fan-club', 'shop']],
    ['sync', sync, ['brand', 'fan-club']],
    ['quota', quota, ['brand', 'fan-club']],
  ] as const)('of %s takes the apps of the stage that it can be about', async (_verb, parse, known) => {
    const file = await openApps()
    for (const app of known) expect(parse([...prod, '--app', app], {}, file)).toMatchObject({ app })
    expect(parse(prod, {}, file)).not.toHaveProperty('app')
    const unknown = () => parse([...prod, '--app', 'official'], {}, file)
    expect(unknown).toThrow(UsageError)
    expect(unknown).toThrow(`--app takes one of the apps of stage prod (${known.join(', ')}), not "official"`)
    // A stage without a list has a pair.
    expect(parse([...prod, '--app', 'official'], {})).toMatchObject({ app: 'official' })
  })

  it('is not read from a list that is wrong, of which all is told', async () => {
    const file = await openApps({ ...severalApps, shop: { kind: 'shop' }, brand: { kind: 'official', appid: 'wx' } })
    expect(() => doctor(prod, {}, file)).toThrow(SettingsError)
    expect(() => doctor(prod, {}, file)).toThrow(/brand\.appid .*\n.*shop\.kind/)
  })

  it('stands in the commands that are told to be run next', async () => {
    const options = sync([...prod, '--app', 'fan-club', '--spread'], {}, await openApps())
    expect(commandFor(options)).toBe('./queqiao sync --stage prod --region cn-north-1 --app fan-club --spread')
  })

  it('rotates the secrets of one app, or of all, by their kind or their names', async () => {
    const file = await openApps()
    const rotated = (...args: string[]) => secrets([...prod, ...args], {}, file).rotate
    expect(rotated('--rotate', 'callback-token')).toEqual(
      ['brand', 'fan-club', 'shop'].map(it => `${it}-callback-token`),
    )
    expect(rotated('--rotate', 'callback-token', '--app', 'shop')).toEqual(['shop-callback-token'])
    expect(rotated('--rotate', 'fan-club-appsecret, session-keys')).toEqual(['fan-club-appsecret', 'session-keys'])
    for (const wrong of ['official-appsecret', 'session-public-keys', ''])
      expect(() => rotated('--rotate', wrong)).toThrow('--rotate takes names of secrets, appsecret, callback-token')
    expect(() => rotated('--rotate', 'session-keys', '--app', 'shop')).toThrow('not "session-keys"')
  })

  it.each([
    ['doctor', [], { app: 'mini' }],
    ['quota', ['--reopen'], { action: 'reopen', app: 'official' }],
    ['sync', ['--dry-run'], { action: 'status', app: 'official' }],
  ] as const)('is named to the function of %s', async (verb, more, order) => {
    const answer = { body: { checks: [] } }
    const { invocations } = await runBeside(() => answer, verb, [...more, '--app', order.app])
    expect(invocations.map(it => it.order)).toEqual([order])
  })

  it('of an unknown app ends before anything is asked', async () => {
    const { code, stderr, invocations } = await runBeside(() => ({}), 'sync', ['--app', 'fan-club'])
    expect([code, invocations]).toEqual([2, []])
    expect(stderr).toContain('one of the apps of stage prod (official), not "fan-club"')
  })
})
