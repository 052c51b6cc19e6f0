/** A way to WeChat on which the messages of one template never get through, and never get an answer. */

import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Opens it; answers its URL, and how to choose the template. */
export async function openHangingWay(wechatUrl: string) {
  const { port } = new URL(wechatUrl)
  let swallowed: string | undefined
  const server = createServer(near => {
    const far = connect(Number(port), '127.0.0.1')
    near.on('data', chunk => {
      // A template's id is in the body, which comes with its head in one piece.
      if (swallowed === undefined || !chunk.includes(swallowed)) far.write(chunk)
    })
    far.on('data', chunk => near.write(chunk))
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      one.setNoDelay(true).on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  server.unref()
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    swallow(templateId: string | undefined) {
      swallowed = templateId
    },
  }
}
