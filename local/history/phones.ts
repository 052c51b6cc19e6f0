/** What really is on the phones of WeChat in a box. */
import type { Arrival, Phones } from '../../lib/console/ports.ts'
import type { WeChatBox } from '../wechat/server.ts'

/** Opens them; `box` is asked each time, because it may be there later than whoever asks. */
export function openPhones(box: () => Pick<WeChatBox, 'messages'> | undefined): Phones {
  return {
    arrivalsOf(clientMsgId) {
      const found = (box()?.messages() ?? []).filter(it => it.clientMsgId === clientMsgId)
      return found.map(
        ({ at, msgid, person, title }): Arrival => ({ at: new Date(at).toISOString(), msgid, person, title }),
      )
    },
  }
}
