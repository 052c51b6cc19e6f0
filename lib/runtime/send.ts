/** The Official Accounts of the stage, as sending needs them. */

import type { Account } from '../send/deps.ts'
import { gateStore, linkingProgress } from './stores.ts'
import { templates } from './templates.ts'
import { officialAccounts } from './wechat.ts'

/** Opens them, the default one first; throws ConfigError where a list of theirs is wrong. */
export function sendingAccounts(): readonly Account[] {
  const lists = templates()
  return officialAccounts().map(({ app, ...opened }) => ({
    app,
    ...opened,
    templates: lists.get(app.name) ?? {},
    gate: gateStore(app),
    linking: linkingProgress(app),
    trouble: new Set<string>(),
    minute: { minute: 0, accepted: 0 },
  }))
}
