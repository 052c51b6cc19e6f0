/** The mini program on a phone: it logs in at the back end that is being developed, as wx.login and wx.request do. */
import type { MiniProgram } from './app.ts'
import type { Box } from './box.ts'
import { parseJson, textField } from './json.ts'

/** What its screen shows; the session token stays here. */
export type MiniProgramScreen = {
  /** The code of wx.login; used up if a back end was asked. */
  code: string
  /** When the code ends, in ms of the box's clock. */
  until: number
  /** The back end's answer to the login; undefined without a back end. */
  login?: BackEndAnswer
  /** The address in a QR code to follow by, if it was asked for. */
  followCode?: BackEndAnswer & { url?: string }
}

/** `reach` is Queqiao's word for whether messages reach the person; `problem` is what went wrong. */
type BackEndAnswer = { status: number; reach?: string; problem?: string }

type Wanted = { mini: MiniProgram; person: number; wantsFollowCode: boolean }

const codeLifeMs = 300_000
const limitMs = 10_000

/** Opens it: a new code of wx.login, and with a back end a login there. */
export async function openMiniProgram(box: Box, { mini, person, wantsFollowCode }: Wanted): Promise<MiniProgramScreen> {
  const { miniProgramApi } = box.settings
  const code = mini.logins.start(person)
  box.live.changed('people')
  const screen = { code, until: box.clock.now() + codeLifeMs }
  if (miniProgramApi === undefined) return screen
  const app = mini === box.apps.mini ? {} : { app: mini.name }
  const { body, ...login } = await ask(`${miniProgramApi}/login`, { code, ...app })
  const token = textField(body, 'token')
  if (!wantsFollowCode || token === '') return { ...screen, login }
  const { body: answer, ...followCode } = await ask(`${miniProgramApi}/follow-codes`, {}, token)
  return { ...screen, login, followCode: { ...followCode, url: textField(answer, 'content') } }
}

async function ask(url: string, question: object, token?: string): Promise<BackEndAnswer & { body: unknown }> {
  const headers = {
    'Content-Type': 'application/json',
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  }
  const init = { method: 'POST', headers, body: JSON.stringify(question), redirect: 'manual' as const }
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(limitMs) })
    const body = parseJson(Buffer.from(await response.arrayBuffer()))
    const [reach, detail] = [textField(body, 'reach'), textField(body, 'detail') || textField(body, 'title')]
    return { status: response.status, body, ...(reach !== '' && { reach }), ...(!response.ok && { problem: detail }) }
  } catch {
    return { status: 0, body: undefined, problem: 'the back end does not answer' }
  }
}
