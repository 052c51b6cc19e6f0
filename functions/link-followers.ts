import { queueFunction } from '../lib/adapters/lambda.ts'
import { linkFollowers, parseFollowerNews } from '../lib/link-followers.ts'
import { log } from '../lib/runtime/context.ts'
import { linkStore } from '../lib/runtime/stores.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'

export const handler = queueFunction(
  async () => {
    const app = officialAccount()
    return { wechat: app.wechat, accessTokens: accessTokens(app), links: linkStore(), log }
  },
  { read: ({ body }) => parseFollowerNews(body), work: linkFollowers },
)
