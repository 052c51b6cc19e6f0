/** The back end of the mini program that is being developed, as the phone asks it by wx.request. */
import { parseJson, textField } from './json.ts'

/** What it answered; `status` is 0 if it did not, `problem` is what went wrong. */
export type BackEndAnswer = { status: number; problem?: string }

type Question = { body?: object; token?: string | undefined }

const limitMs = 10_000

/** Asks it: a POST where there is a body. */
export async function askBackEnd(
  url: string,
  { body: question, token }: Question,
): Promise<BackEndAnswer & { body: unknown }> {
  const headers = {
    'Content-Type': 'application/json',
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  }
  const how = question === undefined ? {} : { method: 'POST', body: JSON.stringify(question) }
  try {
    const signal = AbortSignal.timeout(limitMs)
    const response = await fetch(url, { ...how, headers, redirect: 'manual', signal })
    const body = parseJson(Buffer.from(await response.arrayBuffer()))
    const detail = textField(body, 'detail') || textField(body, 'title')
    return { status: response.status, body, ...(!response.ok && { problem: detail }) }
  } catch {
    return { status: 0, body: undefined, problem: 'the back end does not answer' }
  }
}
