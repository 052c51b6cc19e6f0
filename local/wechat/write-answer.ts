/** WeChat's answers on the wire. */
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Box } from './box.ts'

/** An answer body; `length` differs from the text's only if a fault truncates the answer. */
export type AnswerBody = { path: string; text: string; length?: number }

/** Writes a JSON body with status 200 and the content type of its path: /sns labels it as text. */
export function writeAnswer(response: ServerResponse, box: Box, { path, text, length }: AnswerBody): void {
  if (response.destroyed) return
  const type = path.startsWith('/sns/') ? 'text/plain' : 'application/json; encoding=utf-8'
  dated(response, box).writeHead(200, { 'Content-Type': type, 'Content-Length': length ?? Buffer.byteLength(text) })
  if (length === undefined) response.end(text)
  else response.write(text)
}

/** Writes the error page of Tencent's gateway. */
export function writeHtml(response: ServerResponse, box: Box, status: number): void {
  if (response.destroyed) return
  const title = `${status} ${STATUS_CODES[status] ?? 'Error'}`
  const text = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>stgw</center>\r\n</body>\r\n</html>\r\n`
  dated(response, box).writeHead(status, { 'Content-Type': 'text/html', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

/** Writes a status without body. The connection stays open: closing it with unread data would lose the answer. */
export function writeEmpty(response: ServerResponse, box: Box, status: number): void {
  dated(response, box).writeHead(status, { 'Content-Length': 0 }).end()
}

/** The Date header has the box's time, which tests may have moved. */
function dated(response: ServerResponse, box: Box): ServerResponse {
  response.sendDate = false
  return response.setHeader('Date', new Date(box.clock.now()).toUTCString())
}
