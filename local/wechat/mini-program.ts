/** The mini program on a phone: it logs in at the back end that is being developed, as wx.login and wx.request do. */
import type { MiniProgram } from './app.ts'
import { askBackEnd, type BackEndAnswer } from './back-end.ts'
import type { Box } from './box.ts'
import { textField } from './json.ts'

/** What its screen shows; the session token stays in the box. */
export type MiniProgramScreen = {
  /** The code of wx.login; used up if a back end was asked. */
  code: string
  /** When the code ends, in ms of the box's clock. */
  until: number
  /** The back end's answer to the login; undefined without a back end. `reach` is its word for whether messages reach the person. */
  login?: BackEndAnswer & { reach?: string }
  /** The address in a QR code to follow by, if it was asked for. */
  followCode?: BackEndAnswer & { url?: string }
}

type Wanted = { mini: MiniProgram; person: number; wantsFollowCode: boolean }

const codeLifeMs = 300_000

/** Opens it: a new code of wx.login, and with a back end a login there. */
export async function openMiniProgram(box: Box, { mini, person, wantsFollowCode }: Wanted): Promise<MiniProgramScreen> {
  const { miniProgramApi } = box.settings
  const code = mini.logins.start(person)
  box.live.changed('people')
  const screen = { code, until: box.clock.now() + codeLifeMs }
  if (miniProgramApi === undefined) return screen
  const app = mini === box.apps.mini ? {} : { app: mini.name }
  const { body, ...answer } = await askBackEnd(`${miniProgramApi}/login`, { body: { code, ...app } })
  const [token, reach] = [textField(body, 'token'), textField(body, 'reach')]
  const login = { ...answer, ...(reach !== '' && { reach }) }
  box.sessions.set(sessionOf(mini, person), token)
  if (!wantsFollowCode || token === '') return { ...screen, login }
  const { body: given, ...followCode } = await askBackEnd(`${miniProgramApi}/follow-codes`, { body: {}, token })
  return { ...screen, login, followCode: { ...followCode, url: textField(given, 'content') } }
}

/** Under which name the box keeps the token of somebody's latest login. */
export const sessionOf = ({ name }: MiniProgram, person: number) => `${name} ${person}`
