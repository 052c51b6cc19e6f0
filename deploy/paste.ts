/** The values of a deployment that people must copy into WeChat's consoles, and the resources that outlive it. */

import { isOfAws } from '../lib/doctor/aws-names.ts'
import { pages } from '../lib/doctor/pages.ts'

export type Outputs = Readonly<Record<string, string | undefined>>

/** Says where each value goes, and what is missing for those that cannot be entered. */
export function linesToPaste(outputs: Outputs): string[] {
  const { DomainTarget, FilesTarget } = outputs
  return [
    ...addressesIn(outputs).map(
      it => `${it}  → API IP allow-lists (IP白名单): ${pages.official.allowList}, and ${pages.mini.allowList}`,
    ),
    ...callbackIn(outputs),
    ...serverDomainsIn(outputs),
    ...(DomainTarget === undefined ? [] : [`${DomainTarget}  → DNS: what a CNAME of the domain points to`]),
    ...(FilesTarget === undefined ? [] : [`${FilesTarget}  → DNS: what a CNAME of the files’ domain points to`]),
  ]
}

/** The warning comes first, because it is too late once the URL is entered. */
function callbackIn({ CallbackUrl }: Outputs): string[] {
  if (CallbackUrl === undefined) return []
  return [
    'Before the next line: once message push (消息推送) is switched on, menus and automatic replies (自定义菜单, 自动回复) made in the console stop, and an account has one URL only',
    `${CallbackUrl}  → message push, URL of the default Official Account: ${pages.official.messagePush}`,
    `${CallbackUrl}/<app>  → message push, URL of any other app by its name in apps.json, or mini: ${pages.official.messagePush}, or ${pages.mini.messagePush}`,
  ]
}

/** Which field of the console takes which URLs, and the parameters that give custom domains. */
function serverDomainsIn({ CallbackUrl, UploadUrl, FilesUrl, FilesBy, ImagesDomain, StaticDomain }: Outputs): string[] {
  const byApi = FilesBy === 'api'
  // The API redirects to the buckets.
  const buckets = byApi ? [ImagesDomain, StaticDomain].map(it => it && `https://${it}`) : []
  const ownFiles = 'FILES_DOMAIN and FILES_CERTIFICATE'
  return [
    ...fieldOf('request', [CallbackUrl], 'DOMAIN'),
    ...fieldOf('uploadFile', [UploadUrl], byApi ? undefined : ownFiles),
    ...fieldOf('downloadFile', [FilesUrl, ...buckets], byApi ? undefined : ownFiles),
  ]
}

function fieldOf(field: string, urls: readonly (string | undefined)[], by: string | undefined): string[] {
  const page = `${pages.serverDomains} → ${field} 合法域名`
  const origins = urls.filter(it => it !== undefined).map(it => new URL(it).origin)
  const hint = by === undefined ? 'a proxy of yours in front of it, with a domain of yours' : `deploy with ${by}`
  return origins.map(it =>
    isOfAws(it)
      ? `missing  → ${page}: it needs a domain with an ICP filing (备案), and WeChat is not known to accept ${new URL(it).host}: ${hint}`
      : `${it}  → ${page}; the domain needs an ICP filing (备案)`,
  )
}

/** Lists what outlives the stack, and how a new deployment reuses it. */
export function linesAfterRemoval(outputs: Outputs): string[] {
  return [...linesOfAddresses(outputs), ...linesOfData(outputs)]
}

function linesOfData({ DataPolicy, ImagesBucket, StaticBucket }: Outputs): string[] {
  if (DataPolicy !== 'Retain') return []
  const buckets = [ImagesBucket, StaticBucket].filter(it => it !== undefined)
  return [
    'The tables are kept. A new deployment of this stage reuses them with TABLES=existing',
    ...buckets.map(
      it => `The bucket ${it} is kept. A new deployment creates another: aws s3 sync s3://${it} s3://<the new one>`,
    ),
  ]
}

function linesOfAddresses(outputs: Outputs): string[] {
  const { EgressAddress, EgressAllocationId, SecondEgressAddress, SecondEgressAllocationId } = outputs
  const kept = [
    [EgressAddress, `EGRESS_ALLOCATION_ID=${EgressAllocationId}`],
    [SecondEgressAddress, `EGRESS_ALLOCATION_ID_2=${SecondEgressAllocationId}`],
  ]
  return kept.flatMap(([address, again]) =>
    address === undefined
      ? []
      : `The address ${address} is kept, and paid for. A new deployment reuses it with ${again}`,
  )
}

function addressesIn({ EgressAddress, EgressAllocationId, SecondEgressAddress }: Outputs): string[] {
  const first = EgressAddress ?? (EgressAllocationId === undefined ? undefined : `the address of ${EgressAllocationId}`)
  return [first, SecondEgressAddress].filter(it => it !== undefined)
}
