/** GET /cgi-bin/showqrcode, which WeChat has on mp.weixin.qq.com: the picture of a ticket's code, for anybody. */
import type { ServerResponse } from 'node:http'
import { renderSVG } from 'uqr'
import type { Box } from './box.ts'

/** Answers with the picture; 404 for a wrong ticket. It is an SVG, where WeChat's is a JPEG. */
export function showQrCode({ apps }: Box, search: string, response: ServerResponse): void {
  const ticket = new URLSearchParams(search).get('ticket') ?? ''
  const code = apps
    .officialAccounts()
    .map(it => it.qrCodes.find('ticket', ticket))
    .find(it => it !== undefined)
  if (code === undefined || code === 'expired') return void response.writeHead(404, { 'Content-Length': 0 }).end()
  const picture = renderSVG(code.url)
  response.writeHead(200, { 'Content-Type': 'image/svg+xml', 'Content-Length': Buffer.byteLength(picture) })
  response.end(picture)
}
