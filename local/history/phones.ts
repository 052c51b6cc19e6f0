/** What really is on the phones of WeChat in a box. */
import type { Arrival, Phones } from '../../lib/console/ports.ts'
import type { WeChatBox } from '../wechat/server.ts'

/** Opens them; `box` is asked each time, because it may be there later than whoever asks. */
export function openPhones(box: () => Pick<WeChatBox, 'messagesBy'> | undefined): Phones {
  return {
    arrivalsOf(clientMsgId) {
      const found = box()?.messagesBy(clientMsgId) ?? []
      return found.map(
        ({ at, msgid, person, title }): Arrival => ({ at: new Date(at).toISOString(), msgid, person, title }),
      )
    },
  }
}
