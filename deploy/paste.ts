/** What a deployment gave that people must carry into WeChat's consoles, and what stays after its end. */

export type Outputs = Readonly<Record<string, string | undefined>>

/** Says where each value goes. */
export function linesToPaste(outputs: Outputs): string[] {
  const { CallbackUrl, DomainTarget, FilesTarget } = outputs
  return [
    ...addressesIn(outputs).map(
      it => `${it}  → API IP allow-list (IP白名单), of the Official Account and the mini program`,
    ),
    ...(CallbackUrl === undefined ? [] : [`${CallbackUrl}  → message push (消息推送) of the Official Account, URL`]),
    ...(CallbackUrl === undefined
      ? []
      : [`${new URL(CallbackUrl).origin}  → server domains (服务器域名) of the mini program, request`]),
    ...serverDomainsIn(outputs),
    ...(DomainTarget === undefined ? [] : [`${DomainTarget}  → DNS: what a CNAME of the domain points to`]),
    ...(FilesTarget === undefined ? [] : [`${FilesTarget}  → DNS: what a CNAME of the files’ domain points to`]),
  ]
}

/** Where the mini program may upload to and download from; the API leads it on to the buckets. */
function serverDomainsIn({ UploadDomain, StaticDomain, FilesUrl, FilesBy }: Outputs): string[] {
  const page = 'mini program (小程序) → 开发管理 → 开发设置 → 服务器域名'
  const buckets = FilesBy === 'api' ? [UploadDomain, StaticDomain].filter(it => it !== undefined) : []
  const read = [...(FilesUrl === undefined ? [] : [new URL(FilesUrl).origin]), ...buckets.map(it => `https://${it}`)]
  return [
    ...(UploadDomain === undefined ? [] : [`https://${UploadDomain}  → ${page}: uploadFile 合法域名`]),
    ...read.map(it => `${it}  → ${page}: downloadFile 合法域名`),
  ]
}

/** Says what outlives the stack, and how a new deployment takes it again. */
export function linesAfterRemoval(outputs: Outputs): string[] {
  return [...linesOfAddresses(outputs), ...linesOfData(outputs)]
}

function linesOfData({ DataPolicy, ImagesBucket, StaticBucket }: Outputs): string[] {
  if (DataPolicy !== 'Retain') return []
  const buckets = [ImagesBucket, StaticBucket].filter(it => it !== undefined)
  return [
    'The tables are kept. A new deployment of this stage takes them up by TABLES=existing',
    ...buckets.map(
      it => `The bucket ${it} is kept. A new deployment makes another: aws s3 sync s3://${it} s3://<the new one>`,
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
    address === undefined ? [] : `The address ${address} is kept, and paid for. A new deployment takes it by ${again}`,
  )
}

function addressesIn({ EgressAddress, EgressAllocationId, SecondEgressAddress }: Outputs): string[] {
  const first = EgressAddress ?? (EgressAllocationId === undefined ? undefined : `the address of ${EgressAllocationId}`)
  return [first, SecondEgressAddress].filter(it => it !== undefined)
}
