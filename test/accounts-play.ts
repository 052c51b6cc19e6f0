/** A play of two people, three Official Accounts and two mini programs: what each deed does, and what must be true of it. */

import * as v from 'valibot'
import { expect } from 'vitest'

import { memoryGate, memoryLogins } from '../kit/memory-stores.ts'
import { createSessionChecker, createSessionSigner } from '../lib/adapters/session-tokens.ts'
import { logIn } from '../lib/login/login.ts'
import { clientMsgIdOf } from '../lib/send/kinds/template-message.ts'
import { publicKeysOf } from '../local/secrets.ts'
import { openAccounts } from './send/accounts-world.ts'
import { arrival, event, path } from './send/send-world.ts'
import { keySet } from './session.ts'

export const officials = ['official', 'brand', 'region'] as const
export const minis = ['mini', 'shop'] as const
type Official = (typeof officials)[number]
type Mini = (typeof minis)[number]

/** What happens; `who` is one of two people. */
export type Deed =
  | {
      readonly do: 'send'
      readonly who: number
      readonly from: Official | 'any'
      readonly by: 'unionid' | 'openid' | Mini
    }
  | { readonly do: 'log in'; readonly who: number; readonly mini: Mini }
  | { readonly do: 'follow' | 'unfollow'; readonly who: number; readonly official: Official }
  | { readonly do: 'steal the token'; readonly official: Official }
  | { readonly do: 'fail'; readonly official: Official; readonly errcode: number }

type World = Awaited<ReturnType<typeof openAccounts>>
type Person = Awaited<ReturnType<World['person']>>
/** `mustArrive`: nothing stands in its way. */
type Sent = { readonly from: Official | 'any'; readonly who: Person; readonly mustArrive: boolean }
type LogIn = ReturnType<typeof openLogin>

/**
 * The people of a script, whom each follows, the accounts with gates that are open at its beginning, those that met trouble, and
 * what it sent, by client_msg_id.
 */
type Scene = {
  readonly people: readonly Person[]
  readonly follows: ReadonlyMap<Person, Set<string>>
  readonly troubled: Set<string>
  readonly accounts: ReturnType<World['stage']>['accounts']
  readonly sent: Map<string, Sent>
}

/** Opens the play; each script has people of its own. */
export async function openPlay() {
  const world = await openAccounts('brand', 'region')
  const logIn = openLogin(world)
  return async (script: readonly Deed[]) => {
    const scene = await openScene(world)
    const seen = world.box.messages().length
    for (const deed of script) await act(deed, scene, { world, logIn })
    judge(world.box.messages().slice(seen), scene.sent)
  }
}

async function openScene({ tick, control, person, stage }: World): Promise<Scene> {
  tick(86_400_000)
  await control('/faults', undefined, 'DELETE')
  const [one, other] = [await person('official', 'brand'), await person('region')]
  const follows = new Map([
    [one, new Set(['official', 'brand'])],
    [other, new Set(['region'])],
  ])
  const fresh = () => ({ trouble: new Set<string>(), minute: { minute: 0, accepted: 0 } })
  const accounts = stage().accounts.map(it => ({ ...it, ...fresh(), gate: memoryGate(it.app.appid) }))
  return { people: [one, other], follows, troubled: new Set(), accounts, sent: new Map() }
}

type Around = { readonly world: World; readonly logIn: LogIn }

async function act(deed: Deed, scene: Scene, { world, logIn }: Around): Promise<void> {
  const { control } = world
  if (deed.do === 'steal the token') return void (await control('/tokens/revoke', { app: deed.official }))
  if (deed.do === 'fail') {
    scene.troubled.add(deed.official)
    return void (await control('/faults', { ...deed, app: deed.official, path, kind: 'errcode' }))
  }
  const who = scene.people[deed.who]
  if (who === undefined) return
  if (deed.do === 'log in') return logIn(who, deed.mini)
  if (deed.do === 'send') return send(who, deed, { scene, world })
  scene.follows.get(who)?.[deed.do === 'follow' ? 'add' : 'delete'](deed.official)
  return follow(who, deed, world)
}

async function send(who: Person, deed: Send, { scene, world }: { readonly scene: Scene; readonly world: World }) {
  const { accounts, sent, follows, troubled } = scene
  const { from } = deed
  const isFree = (name: string) => follows.get(who)?.has(name) === true && troubled.size === 0
  const mustArrive = from === 'any' ? officials.some(isFree) : isFree(from)
  const name = crypto.randomUUID()
  sent.set(clientMsgIdOf(name), { from, who, mustArrive })
  await world.sendAll([arrival(event(name, addressOf(who, deed), namesOf(deed)))], { accounts })
}

type Send = Extract<Deed, { readonly do: 'send' }>

function addressOf(who: Person, { from, by }: Send) {
  if (by === 'unionid' || (by === 'openid' && from === 'any')) return { unionid: who.unionid }
  return by === 'openid' ? { openid: who.ids(from) } : { miniOpenid: who.ids(by) }
}

function namesOf({ from, by }: Send) {
  return by === 'mini' || by === 'shop' ? { from, mini: by } : { from }
}

/** At WeChat and in our links, as the event of it would have it. */
async function follow(
  who: Person,
  deed: { readonly do: 'follow' | 'unfollow'; readonly official: Official },
  world: World,
) {
  const { control, links, now, stage } = world
  await control(`/people/${who.number}/${deed.do}`, { app: deed.official, silent: true })
  const account = stage().accounts.find(it => it.app.name === deed.official)
  if (account === undefined) return
  const own = links.of(account.app.appid)
  const openid = who.ids(deed.official)
  const at = Math.floor(now() / 1000)
  const following = deed.do === 'follow'
  const row = { openid, unionid: who.unionid, following, at, ...(following ? { followedAt: at } : {}) }
  await own.writeFollower(row, (await own.followers([openid])).get(openid))
}

/** Logs people in; the session is of the mini program that they logged in to, and of who they are there. */
function openLogin({ control, links, now, log, programs }: World) {
  const [keys, issuer] = [keySet('one'), 'queqiao-test']
  const sessions = createSessionSigner({ issuer, keys: async () => keys, lifeSeconds: 86_400 })
  const publicKeys = async () => publicKeysOf(keys)
  const checker = createSessionChecker({ issuer, minis: programs.map(it => it.app.appid), keys: publicKeys, now })
  const deps = { minis: programs, logins: memoryLogins(), links, sessions, now, sleep: async () => {}, log }
  return async (who: Person, mini: Mini) => {
    const answer = await control(`/people/${who.number}/login`, { app: mini })
    const { code } = v.parse(v.object({ code: v.string() }), answer)
    const claims = await checker.verify((await logIn({ code, app: mini }, deps)).token)
    const app = programs.find(it => it.app.name === mini)?.app
    expect(claims).toEqual({ mini: app?.appid, miniOpenid: who.ids(mini), unionid: who.unionid })
  }
}

/** Each message is on the phone of who it was for, from the account that its event named, and there once. */
function judge(arrived: ReturnType<World['box']['messages']>, sent: ReadonlyMap<string, Sent>) {
  const ids = new Set(arrived.map(it => it.clientMsgId))
  expect(ids.size).toBe(arrived.length)
  expect([...sent].filter(([id, it]) => it.mustArrive && !ids.has(id))).toEqual([])
  for (const { app, clientMsgId = '', person, openid } of arrived) {
    const { from, who } = sent.get(clientMsgId) ?? {}
    expect([person, openid]).toEqual([who?.number, who?.ids(app)])
    if (from !== 'any') expect(app).toBe(from)
  }
}
