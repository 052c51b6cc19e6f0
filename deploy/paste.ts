/** What a deployment gave that people must carry into WeChat's consoles, and what stays after its end. */

export type Outputs = Readonly<Record<string, string | undefined>>

/** Says where each value goes. */
export function linesToPaste(outputs: Outputs): string[] {
  const { CallbackUrl, DomainTarget } = outputs
  return [
    ...addressesIn(outputs).map(
      it => `${it}  → API IP allow-list (IP白名单), of the Official Account and the mini program`,
    ),
    ...(CallbackUrl === undefined ? [] : [`${CallbackUrl}  → message push (消息推送) of the Official Account, URL`]),
    ...(CallbackUrl === undefined
      ? []
      : [`${new URL(CallbackUrl).origin}  → server domains (服务器域名) of the mini program, request`]),
    ...(DomainTarget === undefined ? [] : [`${DomainTarget}  → DNS: what a CNAME of the domain points to`]),
  ]
}

/** Says which addresses outlive the stack, and how a new deployment takes them again. */
export function linesAfterRemoval(outputs: Outputs): string[] {
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
