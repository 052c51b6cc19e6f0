/** One process of many that share a WeChat and a table of tokens: our own client, put together as a function does. */

import { openApp } from '../../kit/app.ts'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent } from '../../kit/usage.ts'
import { openDynamo } from '../../lib/adapters/dynamo/dynamo.ts'
import { createTokenStore } from '../../lib/adapters/dynamo/tokens.ts'
import type { AccessTokenMode } from '../../lib/adapters/wechat/client.ts'
import { withAccessToken } from '../../lib/tokens/with-access-token.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'

type Opening = { readonly wechatUrl: string; readonly table: string; readonly mode: AccessTokenMode }
/** What the parent may ask for. */
export type Caller = { open(opening: Opening): Promise<void>; call(times: number): Promise<Called> }
export type Called = {
  readonly succeeded: number
  readonly failures: readonly string[]
  /** To DynamoDB. */
  readonly requests: number
}

const dynamo = openDynamo()
let requests = 0
let app: ReturnType<typeof openApp>

// Counts what goes over the wire, the SDK's own repeats too.
dynamo.middlewareStack.add(next => args => next(args).finally(() => requests++), { step: 'deserialize' })
const tell = openPeer(process, { caller: { open, call } })
endWithParent()

function open({ wechatUrl, table, mode }: Opening): void {
  app = openApp({
    url: wechatUrl,
    mode,
    tokens: createTokenStore(dynamo, table),
    // WeChat is about to be asked, so the lease is held.
    async appsecret() {
      await tell('test', 'asking', [])
      return defaultAccounts.official.appsecret
    },
  })
}

/** All at once. */
async function call(times: number): Promise<Called> {
  requests = 0
  const { accessTokens, wechat } = app
  const outcomes = await Promise.allSettled(
    Array.from({ length: times }, () => withAccessToken(accessTokens, token => wechat.followerPage(token))),
  )
  const failures = outcomes.flatMap(it => (it.status === 'rejected' ? [String(it.reason)] : []))
  return { succeeded: times - failures.length, failures: [...new Set(failures)], requests }
}
