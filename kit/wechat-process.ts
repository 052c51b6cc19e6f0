/** WeChat in a box as a process of its own. */

import { openWeChat } from '../local/wechat/server.ts'
import { openPeer } from './peer.ts'
import { endWithParent, usage } from './usage.ts'

const box = await openWeChat()
openPeer(process, { box: { url: () => box.url, usage } })
endWithParent()
