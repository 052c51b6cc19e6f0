/** One person's phone, as the console shows it: the chat with an account, its menu, the codes that can be scanned, and the mini program. */
import type { OfficialAccount } from '../app.ts'
import { menuOnPhones } from '../menus.ts'
import { openMiniProgram } from '../mini-program.ts'
import { lookAtPicture, uploadPicture } from '../pictures.ts'
import { renderLines } from '../render-lines.ts'
import { describePerson } from './describe-person.ts'
import { ControlError } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { miniNamed, officialNamed } from './which-app.ts'

const shownEntries = 100
const shownCodes = 20
/** What a body of the control API has room for, as base64. */
const longestPicture = 4_000_000

/** Routes of one phone. */
export const onePhoneRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: '/people/:id/phone', run: phone },
  { method: 'POST', path: '/people/:id/mini-program', run: miniProgram },
  { method: 'POST', path: '/people/:id/picture', run: upload },
  { method: 'GET', path: '/people/:id/picture', run: picture },
  { method: 'GET', path: '/qr-codes', run: codes },
]

/** The latest of the chat; `earlier` counts what is not shown. */
function phone({ box, person, query }: ControlCall) {
  const account = officialNamed(box, query.get('app') ?? undefined)
  const limit = /^\d{1,4}$/.test(query.get('limit') ?? '') ? Number(query.get('limit')) : shownEntries
  const chat = box.chats.of(person, account.name)
  const shown = chat.slice(Math.max(0, chat.length - limit))
  return {
    now: box.clock.now(),
    person: describePerson(box, person),
    menu: menuOnPhones(account.menus, account.callbacks.state().url !== undefined).button,
    pushes: account.callbacks.state().url !== undefined,
    earlier: chat.length - shown.length,
    chat: shown.map(entry => ('templateId' in entry ? { ...entry, lines: linesOf(account, entry) } : entry)),
  }
}

/** A message whose template was removed since still shows its data. */
function linesOf({ templates }: OfficialAccount, message: { templateId: string; data: Record<string, string> }) {
  const lines = renderLines(templates.get(message.templateId)?.content ?? '', message.data)
  if (lines.some(({ label, value }) => label !== '' || value !== '')) return lines
  return Object.entries(message.data).map(([label, value]) => ({ label, value }))
}

/** The person opens the mini program, which logs in; `followCode` asks it for a code to follow by, too. */
function miniProgram({ box, person, input }: ControlCall) {
  const mini = miniNamed(box, input.text('app'))
  return openMiniProgram(box, { mini, person, wantsFollowCode: input.flag('followCode') ?? false })
}

/** The person uploads a picture in the mini program, in the session of the latest login. */
function upload({ box, person, input }: ControlCall) {
  const text = input.required('picture', input.text('picture', longestPicture))
  const contentType = input.required('contentType', input.text('contentType', 100))
  const mini = miniNamed(box, input.text('app'))
  return uploadPicture(box, { mini, person, contentType, bytes: Buffer.from(text, 'base64') })
}

function picture({ box, person, query }: ControlCall) {
  const id = query.get('id') ?? ''
  if (id === '') throw new ControlError('"id" must be given')
  return lookAtPicture(box, { mini: miniNamed(box, query.get('app') ?? undefined), person, id })
}

/** The codes of qrcode/create that can be scanned now. */
function codes({ box, query }: ControlCall) {
  const { qrCodes } = officialNamed(box, query.get('app') ?? undefined)
  return qrCodes.latest(shownCodes).map(code => ({ ...code, until: code.until ?? null }))
}
