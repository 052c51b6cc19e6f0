/** Whether the hosts for uploads, and for downloads of pictures and static files, answer. */

import { isOfAws } from './aws-names.ts'
import { isLocal, readLog } from './commands.ts'
import type { DoctorDeps, Site } from './deps.ts'
import { nameOf } from './explain.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** If our DNS does not resolve an AWS name, that says nothing about phones. */
const notFound: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN'])

/** Requests a file that does not exist from each; a refusal counts as an answer. Costs no call to WeChat. */
export async function checkImageHosts({ sites: { upload, files }, ...place }: DoctorDeps): Promise<Finding> {
  const [uploadTrouble, filesTrouble] = await Promise.all([problemWith(upload), problemWith(files)])
  const troubles = [
    ...(filesTrouble === undefined ? [] : [{ ...filesTrouble, site: files, hint: filesHint(files) }]),
    ...(uploadTrouble === undefined ? [] : [{ ...uploadTrouble, site: upload, hint: networkHint }]),
  ]
  const [first, ...more] = troubles.filter(it => !isUnresolvedAwsName(it))
  const hintOf = (it: Trouble) => (isLocal(place) ? readLog('serve-files', place) : it.hint)
  if (first !== undefined) return wrong([first, ...more].map(describe).join('; '), hintOf(first))
  if (isLocal(place)) return ok(`both hosts answer: ${upload.origin} for uploads, ${files.origin} for downloads`)
  const unseen = troubles.find(isUnresolvedAwsName)
  const toPaste = `uploadFile 合法域名 ${valueToPaste(upload)}, downloadFile 合法域名 ${valueToPaste(files)}`
  const hint = `check ${pages.serverDomains}: it needs ${toPaste}`
  if (unseen !== undefined) return notChecked(`our DNS does not resolve ${unseen.site.origin}, a name of AWS`, hint)
  return ok(`both hosts answer; ${pages.serverDomains} needs them: ${toPaste}`)
}

/** The value that the deployment prints too. */
function valueToPaste({ origin }: Site): string {
  if (!isOfAws(origin)) return origin
  return `a domain of your own with an ICP filing (备案); WeChat is not known to accept ${new URL(origin).host}`
}

type Trouble = { readonly name: string; readonly site: Site; readonly hint: string }

const networkHint =
  'the function must be able to reach it, like WeChat: AWS console → VPC → NAT gateway, and the S3 endpoint'

/** AWS creates its names with the distribution or the API; DNS must point a custom domain there. */
function filesHint({ origin }: Site): string {
  if (isOfAws(origin)) return networkHint
  return 'DNS must point the domain to the target that the deployment prints, with a matching certificate (docs/images.md)'
}

async function problemWith(site: Site): Promise<{ readonly name: string } | undefined> {
  try {
    const status = await site.ask()
    return status < 500 ? undefined : { name: `status ${status}` }
  } catch (error) {
    return { name: nameOf(error) }
  }
}

function isUnresolvedAwsName({ name, site }: Trouble): boolean {
  return notFound.has(name) && isOfAws(site.origin)
}

function describe({ name, site }: Trouble): string {
  return `${site.origin} gives no usable answer (${name})`
}
