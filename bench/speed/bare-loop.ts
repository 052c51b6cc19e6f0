/** The least that a send can be: a POST by node:http over kept sockets, whose answer is only waited for. */

import { Agent, request } from 'node:http'

import type { Way } from '../peers/process.ts'
import { standInToken } from './stand-in-token.ts'

export const open: Way['open'] = url => {
  const agent = new Agent({ keepAlive: true })
  const { hostname, port } = new URL(url)
  const path = `/cgi-bin/message/template/send?access_token=${standInToken}`
  return {
    send: ({ openid, templateId, data }) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify({ touser: openid, template_id: templateId, data })
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
        const options = { agent, hostname, port, path, method: 'POST', headers }
        const call = request(options, answer => answer.resume().once('end', () => resolve(undefined)))
        call.once('error', reject).end(body)
      }),
  }
}
