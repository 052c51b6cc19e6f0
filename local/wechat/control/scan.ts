/** People scan QR codes of Official Accounts: who does not follow follows by it, who follows causes `SCAN`. */
import type { OfficialAccount } from '../app.ts'
import type { Box } from '../box.ts'
import type { QrCode } from '../qr-codes.ts'
import { describePerson } from './describe-person.ts'
import { ControlError, type Input } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { officialNamed } from './which-app.ts'

/** Routes about scanning. */
export const scanRoutes: readonly ControlRoute[] = [{ method: 'POST', path: '/people/:id/scan', run: scan }]

const ways = ['ticket', 'scene', 'url'] as const
const longest = 2048

function scan({ box, person, input }: ControlCall) {
  const { account, code } = findCode(box, input)
  const openid = account.ids.openid(person)
  const isFollowing = account.followers.isFollowing(person)
  const fields = { EventKey: isFollowing ? code.scene : `qrscene_${code.scene}`, Ticket: code.ticket }
  if (!isFollowing) {
    account.followers.follow(person, box.clock.seconds())
    account.marks.set(person, { scene: code.scene })
  }
  box.profiles.set(person, {})
  const event = account.callbacks.emit({ openid, event: isFollowing ? 'SCAN' : 'subscribe', fields })
  return { ...describePerson(box, person), event }
}

/** By a ticket or url the account is known; by a scene it is the named one, or the first. */
function findCode(box: Box, input: Input): { account: OfficialAccount; code: QrCode } {
  const given = ways.flatMap(way =>
    input.has(way) ? [{ way, text: input.required(way, input.text(way, longest)) }] : [],
  )
  const [only, ...others] = given
  if (only === undefined || others.length > 0) throw new ControlError('give one of "ticket", "scene" and "url"')
  const { way, text } = only
  const app = input.text('app')
  const isOfOne = way === 'scene' || app !== undefined
  const accounts = isOfOne ? [officialNamed(box, app)] : box.apps.officialAccounts()
  const found = accounts.flatMap(account => ({ account, code: account.qrCodes.find(way, text) }))
  for (const { account, code } of found) if (code !== undefined && code !== 'expired') return { account, code }
  const isExpired = found.some(it => it.code === 'expired')
  throw new ControlError(isExpired ? 'this code has expired' : 'there is no such code', isExpired ? 410 : 404)
}
