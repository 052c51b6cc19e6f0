/** Whether the IP address that our calls come from is on both apps' allow-lists (docs/wechat.md 2.3). */

import type { Facts } from './facts.ts'
import { refusalOf } from './facts.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { type AppName, pages } from './pages.ts'

/** WeChat reveals the address only in its refusal. Makes no calls beyond those of other checks. */
export async function checkAllowList(facts: Facts): Promise<Finding> {
  const [official, mini] = await Promise.all([
    addressAt([facts.officialToken(), facts.firstPage()]),
    addressAt([facts.miniToken()]),
  ])
  const refused = [hintOf('official', official), hintOf('mini', mini)].flatMap(it => it ?? [])
  const [one] = [official.address, mini.address].filter(it => it !== undefined)
  if (one !== undefined)
    return wrong(`WeChat sees us call from ${one}, and does not admit it (40164)`, refused.join('; '))
  if (official.isAdmitted && mini.isAdmitted) return ok('WeChat admits our address to both apps')
  return notChecked('WeChat says so only once the credentials are good (see the credentials)')
}

type Admission = { readonly address?: string; readonly isAdmitted: boolean }

async function addressAt(calls: readonly Promise<unknown>[]): Promise<Admission> {
  const outcomes = await Promise.allSettled(calls)
  const refusals = await Promise.all(calls.map(refusalOf))
  const refused = refusals.find(it => it?.errcode === 40164)
  if (refused !== undefined)
    return { address: refused.address ?? 'an address that it does not name', isAdmitted: false }
  return { isAdmitted: outcomes[0]?.status === 'fulfilled' }
}

function hintOf(app: AppName, { address }: Admission): string | undefined {
  return address === undefined ? undefined : `paste ${address} into ${pages[app].allowList}`
}
