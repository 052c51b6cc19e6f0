/** Pictures that people upload in the mini program: the form of `POST /images`, sent as wx.uploadFile does, and what becomes of it. */
import type { MiniProgram } from './app.ts'
import { askBackEnd, type BackEndAnswer } from './back-end.ts'
import type { Box } from './box.ts'
import { field, isFields, textField } from './json.ts'
import { sessionOf } from './mini-program.ts'

type Who = { mini: MiniProgram; person: number }
type File = { contentType: string; bytes: Buffer<ArrayBuffer> }

/** What the screen shows; `state` and `reason` are the back end's words, `shown` is the served picture as a data URL. */
export type PictureAnswer = BackEndAnswer & {
  id?: string
  state?: string
  reason?: string
  imageUrl?: string
  width?: unknown
  height?: unknown
  shown?: string
}

const limitMs = 20_000
const formAccepted = 201
const notLoggedIn = { status: 401, problem: 'log in first: a session is needed' }
/** A larger one is not put into the page. */
const mostShownBytes = 2 * 1024 * 1024

/** Uploads one: asks for a form, and sends the file by it. */
export async function uploadPicture(
  box: Box,
  { mini, person, contentType, bytes }: Who & File,
): Promise<PictureAnswer> {
  const session = openSession(box, { mini, person })
  if (session === undefined) return notLoggedIn
  const question = { contentType, size: bytes.length }
  const { body, ...asked } = await askBackEnd(`${session.api}/images`, { body: question, token: session.token })
  if (asked.status !== formAccepted) return asked
  const sent = await sendForm(field(body, 'upload'), { contentType, bytes })
  return sent ?? lookAtPicture(box, { mini, person, id: textField(body, 'id') })
}

/** Asks what became of one. */
export async function lookAtPicture(box: Box, { mini, person, id }: Who & { id: string }): Promise<PictureAnswer> {
  const session = openSession(box, { mini, person })
  if (session === undefined) return notLoggedIn
  const { body, ...asked } = await askBackEnd(`${session.api}/images/${encodeURIComponent(id)}`, session)
  if (asked.problem !== undefined) return asked
  const texts = ['state', 'reason', 'imageUrl'].flatMap(name => {
    const text = textField(body, name)
    return text === '' ? [] : [[name, text]]
  })
  const told = {
    ...asked,
    id,
    width: field(body, 'width'),
    height: field(body, 'height'),
    ...Object.fromEntries(texts),
  }
  const shown = await fetchPicture(textField(body, 'imageUrl'))
  return { ...told, ...(shown !== undefined && { shown }) }
}

function openSession({ settings, sessions }: Box, { mini, person }: Who) {
  const [api, token] = [settings.miniProgramApi, sessions.get(sessionOf(mini, person)) ?? '']
  return api === undefined || token === '' ? undefined : { api, token }
}

/** As wx.uploadFile does: the fields first, then the file. Returns what went wrong, if anything did. */
async function sendForm(upload: unknown, { contentType, bytes }: File): Promise<PictureAnswer | undefined> {
  const fields = field(upload, 'fields')
  const form = new FormData()
  for (const [name, value] of Object.entries(isFields(fields) ? fields : {})) form.append(name, String(value))
  form.append('file', new Blob([bytes], { type: contentType }), 'picture')
  try {
    const signal = AbortSignal.timeout(limitMs)
    const { status, ...answer } = await send(textField(upload, 'url'), form, signal)
    return status === formAccepted ? undefined : { status, problem: answer.code }
  } catch {
    return { status: 0, problem: 'the upload was not answered' }
  }
}

async function send(url: string, body: FormData, signal: AbortSignal) {
  const response = await fetch(url, { method: 'POST', body, signal })
  const code = /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1] ?? 'the form was refused'
  return { status: response.status, code }
}

/** The picture itself, once it is served; undefined if it is not, or too large to show. */
async function fetchPicture(url: string): Promise<string | undefined> {
  if (url === '') return undefined
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) })
    const [type, bytes] = [response.headers.get('content-type') ?? '', Buffer.from(await response.arrayBuffer())]
    if (!response.ok || !/^image\/(png|jpeg|gif|webp)$/.test(type) || bytes.length > mostShownBytes) return undefined
    return `data:${type};base64,${bytes.toString('base64')}`
  } catch {
    return undefined
  }
}
