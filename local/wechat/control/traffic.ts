/** What went between WeChat and the developer's side, for people to read: calls, callbacks, quotas, tokens; secrets are masked. */
import type { App } from '../app.ts'
import type { Box } from '../box.ts'
import type { Exchange } from '../exchanges.ts'
import { maskSecrets } from '../mask.ts'
import { ControlError } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { appNamed } from './which-app.ts'

const shownCallbacks = 200
const shownTokens = 20

/** Routes of the traffic. */
export const trafficRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: '/exchanges', run: exchanges },
  { method: 'GET', path: '/exchange', run: exchange },
  { method: 'GET', path: '/pushes', run: pushes },
  { method: 'GET', path: '/push', run: push },
  { method: 'GET', path: '/quota', run: ({ box }) => box.apps.all().flatMap(app => quotaOf(box, app)) },
  { method: 'GET', path: '/tokens', run: ({ box }) => box.apps.all().flatMap(tokensOf) },
]

/** The latest calls, the newest first, without their texts. */
function exchanges({ box }: ControlCall) {
  const calls = box.exchanges.latest().toReversed()
  return calls.map(({ query: _, question: __, answer: ___, ...about }) => about)
}

/** One call with its texts. */
function exchange({ box, query }: ControlCall) {
  const found = box.exchanges.get(Number(query.get('id')))
  if (found === undefined) throw new ControlError('this call is no longer kept', 404)
  return masked(box, found)
}

function masked(box: Box, { query, question, answer, ...about }: Exchange) {
  const mask = (text: string) => maskSecrets(box, text)
  return { ...about, query: mask(query), question: mask(question), answer: mask(answer) }
}

/** The latest tries of callbacks of all apps, the newest first. */
function pushes({ box }: ControlCall) {
  const tries = box.apps.all().flatMap(({ name, callbacks }) =>
    callbacks
      .deliveries()
      .slice(-shownCallbacks)
      .toReversed()
      .map(({ body: _, ...delivery }) => ({ app: name, ...delivery })),
  )
  return tries.toSorted((a, b) => b.at - a.at).slice(0, shownCallbacks)
}

/** One event as it is pushed, and what the receiver answered each time. */
function push({ box, query }: ControlCall) {
  const { callbacks } = appNamed(box, query.get('app') ?? box.apps.official.name)
  const id = query.get('id') ?? ''
  const tries = callbacks.deliveries().filter(delivery => delivery.id === id)
  if (tries.length === 0) throw new ControlError('this callback is no longer kept', 404)
  return { plain: maskSecrets(box, callbacks.plainOf(id) ?? ''), tries }
}

/** Paths that the app has used, or that have a limit; of the others nothing is to see. */
function quotaOf({ quota }: Box, { name, kind }: App) {
  const paths = quota.paths(name).filter(path => kind === 'mini' || !path.startsWith('/wxa/'))
  return paths
    .filter(path => kind === 'official' || !isOfOfficialAccounts(path) || quota.usage(name, path).used > 0)
    .map(path => ({ app: name, path, ...quota.usage(name, path) }))
}

function isOfOfficialAccounts(path: string): boolean {
  return /^\/cgi-bin\/(user|message|qrcode)\//.test(path)
}

function tokensOf({ name, tokens }: App) {
  return tokens.latest(shownTokens).map(token => ({ app: name, ...token }))
}
