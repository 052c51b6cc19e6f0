/** The secrets of a stage that nobody has. */

import { functionSecrets } from '../../kit/function-environment.ts'
import { makeSessionKey, publicKeysOf } from '../../local/secrets.ts'
import { defaultCallback } from '../../local/wechat/defaults.ts'

const keys = JSON.stringify({ keys: [await makeSessionKey()] })

export const secrets: Readonly<Record<string, string>> = {
  ...functionSecrets,
  ...Object.fromEntries(['official', 'mini'].map(app => [`/kit/${app}-callback-token`, defaultCallback.token])),
  '/kit/session-keys': keys,
  '/kit/session-public-keys': publicKeysOf(keys),
}
