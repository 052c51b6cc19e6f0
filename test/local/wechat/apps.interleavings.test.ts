/** Whatever apps do beside each other, in any order: nothing of one app shows up at another. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { field } from '../../../local/wechat/json.ts'
import { runs } from '../../runs.ts'
import {
  type Account,
  accounts,
  type Mini,
  messageTo,
  minis,
  openSeveral,
  SEND,
  type SeveralApps,
  someone,
} from './several-apps.ts'

const people = 3
/** So few that quotas are met, and not alike. */
const sendsPerDay = { official: 3, brand: 1, abroad: 2, alone: 4 }
const apps = [...accounts, ...minis]

type App = Account | Mini

/** What an Official Account has in the model. */
type Model = {
  following: Set<number>
  refusing: Set<number>
  used: number
  faults: number
  isTokenGood: boolean
  token: string
  secret: string
}

/** Everything that the model knows of; `ids` are openids by app and person. */
type World = { box: SeveralApps; ids: Record<string, string[]>; models: Record<App, Model>; sent: object[] }

const account = fc.constantFrom(...accounts)
const mini = fc.constantFrom(...minis)
const app = fc.constantFrom<App>(...apps)
const person = fc.nat(people - 1)
/** Mostly the same, or little would ever be sent. */
const from = (own: Account) => fc.oneof({ weight: 3, arbitrary: fc.constant(own) }, { weight: 1, arbitrary: account })

const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(account, person, fc.boolean()).map(it => moveStep(...it)) },
  {
    weight: 8,
    arbitrary: account.chain(by => fc.tuple(fc.constant(by), from(by), from(by), person)).map(it => sendStep(...it)),
  },
  { weight: 1, arbitrary: fc.tuple(account, person, fc.boolean()).map(it => blockStep(...it)) },
  { weight: 2, arbitrary: fc.tuple(mini, mini, person).map(it => loginStep(...it)) },
  { weight: 2, arbitrary: app.map(tokenStep) },
  { weight: 1, arbitrary: app.map(revokeStep) },
  { weight: 1, arbitrary: app.map(secretStep) },
  { weight: 1, arbitrary: account.map(faultStep) },
)

type Step = { run: (world: World) => Promise<void> }
const named = (told: string, run: Step['run']) => ({ run, [fc.toStringMethod]: () => told })

function moveStep(by: Account, who: number, follows: boolean): Step {
  const verb = follows ? 'follow' : 'unfollow'
  return named(`${who} ${verb}s ${by}`, async ({ box, models }) => {
    await box.control(`/people/${who}/${verb}`, { app: by })
    if (follows) models[by].following.add(who)
    else models[by].following.delete(who)
  })
}

function blockStep(by: Account, who: number, refuses: boolean): Step {
  return named(`${who} ${refuses ? 'blocks' : 'takes'} ${by}`, async ({ box, models }) => {
    await box.control(`/people/${who}/block`, { app: by, how: refuses ? 'refuse' : 'none' })
    if (refuses) models[by].refusing.add(who)
    else models[by].refusing.delete(who)
  })
}

/** A message by one account, to whom another may know by this openid, with a template that may be another's. */
function sendStep(by: Account, to: Account, template: Account, who: number): Step {
  return named(`${by} sends to ${to}'s ${who} with ${template}'s template`, async ({ box, ids, models, sent }) => {
    const openid = ids[to]?.[who] ?? ''
    const body = messageTo(template, openid)
    const errcode = expectedOf(models[by], {
      most: sendsPerDay[by],
      isOwn: to === by,
      isOwnTemplate: template === by,
      who,
    })
    if (errcode === 0) sent.push({ app: by, person: who, openid })
    expect(await box.ask(by, SEND, body, models[by].token)).toMatchObject({ errcode })
  })
}

/** In the order in which the box looks. */
function expectedOf(
  model: Model,
  message: { most: number; isOwn: boolean; isOwnTemplate: boolean; who: number },
): number {
  if (model.faults > 0) {
    model.faults -= 1
    return 48001
  }
  if (!model.isTokenGood) return 40001
  if (model.used >= message.most) return 45009
  model.used += 1
  if (!message.isOwn) return 40003
  if (!message.isOwnTemplate) return 40037
  if (!model.following.has(message.who)) return 43004
  return model.refusing.has(message.who) ? 43101 : 0
}

function loginStep(opened: Mini, by: Mini, who: number): Step {
  return named(`${who} logs in to ${opened}, ${by} redeems`, async ({ box, ids }) => {
    const session = await box.exchange(by, await box.logIn(opened, who))
    expect(session).toMatchObject(opened === by ? { openid: ids[by]?.[who] } : { errcode: 40029 })
  })
}

function tokenStep(of: App): Step {
  return named(`${of} fetches a token`, async ({ box, models }) => {
    models[of].token = await box.tokenOf(of)
    models[of].isTokenGood = true
  })
}

function revokeStep(of: App): Step {
  return named(`${of}'s tokens die`, async ({ box, models }) => {
    await box.control('/tokens/revoke', { app: of })
    models[of].isTokenGood = false
  })
}

function secretStep(of: App): Step {
  return named(`${of}'s secret is reset`, async ({ box, models }) => {
    await box.control('/appsecret/reset', { app: of })
    const [old, fresh] = [models[of].secret, box.withSecret(of).secret]
    expect(await box.askToken(of, { appid: box.identity(of).appid, secret: old })).toMatchObject({ errcode: 40125 })
    models[of].secret = fresh
  })
}

function faultStep(of: Account): Step {
  return named(`${of}'s next message is refused`, async ({ box, models }) => {
    await box.control('/faults', { app: of, path: SEND, kind: 'errcode', errcode: 48001 })
    models[of].faults += 1
  })
}

/** The box anew, with everybody in it and a token for each app. */
async function begin(box: SeveralApps): Promise<World> {
  await box.control('/reset', {})
  const known: Awaited<ReturnType<typeof someone>>[] = []
  // One by one, so that their numbers are their places.
  for (let who = 0; who < people; who += 1) known.push(await someone(box))
  for (const name of accounts) {
    await box.control('/callback', { app: name, hold: true })
    await box.control('/quota', { app: name, path: SEND, day: sendsPerDay[name] })
  }
  const models = {
    official: await modelOf(box, 'official'),
    brand: await modelOf(box, 'brand'),
    abroad: await modelOf(box, 'abroad'),
    alone: await modelOf(box, 'alone'),
    mini: await modelOf(box, 'mini'),
    shop: await modelOf(box, 'shop'),
    'abroad-shop': await modelOf(box, 'abroad-shop'),
  }
  return {
    box,
    ids: Object.fromEntries(apps.map(name => [name, known.map(it => it.openid(name))])),
    models,
    sent: [],
  }
}

async function modelOf(box: SeveralApps, name: App): Promise<Model> {
  const [token, { secret }] = [await box.tokenOf(name), box.withSecret(name)]
  return { following: new Set(), refusing: new Set(), used: 0, faults: 0, isTokenGood: true, token, secret }
}

/** What became of it all is what the model says, of each app for itself. */
async function compare({ box, ids, models, sent }: World): Promise<void> {
  expect(box.box.messages()).toMatchObject(sent)
  expect(box.box.messages()).toHaveLength(sent.length)
  for (const name of accounts) {
    expect(await box.control('/quota', { app: name, path: SEND })).toEqual({
      daily: sendsPerDay[name],
      used: models[name].used,
    })
    expect(box.box.apps().find(it => it.name === name)?.appsecret).toBe(models[name].secret)
    const held = field(await box.control(`/callbacks?app=${name}`), 'held')
    const strangers = Array.isArray(held) ? held.filter(it => !ids[name]?.includes(it.openid)) : [held]
    expect(strangers, `events at ${name}`).toEqual([])
  }
}

test('no openid, token, quota, fault, event or message of one app shows up at another', {
  timeout: 120_000,
}, async () => {
  const box = await openSeveral()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const world = await begin(box)
      for (const { run } of steps) await run(world)
      await compare(world)
    }),
    { numRuns: runs({ everyday: 30, wide: 300 }) },
  )
})
