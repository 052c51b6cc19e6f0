/** A way to WeChat on which the messages of one template never get through, and never get an answer. */

import { layWire, noTap } from '../chaos/wire.ts'

/** Opens it; answers its URL, and how to choose the template. */
export async function openHangingWay(wechatUrl: string) {
  let swallowed: string | undefined
  const { url } = await layWire(Number(new URL(wechatUrl).port), {
    // A template's id is in the body, which comes with its head in one piece.
    listener: (_, head) => (swallowed !== undefined && head.includes(swallowed) ? 'swallow' : 'pass'),
    openTap: () => noTap,
  })
  return {
    url,
    swallow(templateId: string | undefined) {
      swallowed = templateId
    },
  }
}
