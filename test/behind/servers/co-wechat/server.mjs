/** A text gets a text, a follower a welcome, all else nothing: with Koa, as co-wechat's page shows it. */

import wechat from 'co-wechat'
import Koa from 'koa'

const { PORT, ACCOUNTS } = process.env

/** In plain mode there is a Token alone. */
function serve({ token, appid, encodingAESKey }) {
  const config = encodingAESKey === undefined ? token : { token, appid, encodingAESKey }
  return wechat(config).middleware(async message => {
    if (message.MsgType === 'text') return `you said ${message.Content}`
    if (message.MsgType === 'event' && message.Event === 'subscribe') return 'welcome'
    return ''
  })
}

const byPath = new Map(Object.entries(JSON.parse(ACCOUNTS)).map(([path, account]) => [path, serve(account)]))
const app = new Koa()
app.use(async (ctx, next) => byPath.get(ctx.path)?.(ctx, next))
app.listen(Number(PORT), '127.0.0.1')
