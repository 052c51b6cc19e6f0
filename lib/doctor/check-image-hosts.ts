/** Whether the hosts for uploads, and for downloads of pictures and static files, answer. */

import { isOfAws } from './aws-names.ts'
import type { DoctorDeps, Site } from './deps.ts'
import { nameOf } from './explain.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** If our DNS does not resolve an AWS name, that says nothing about phones. */
const notFound: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN'])

/** Requests a file that does not exist from each; a refusal counts as an answer. Costs no call to WeChat. */
export async function checkImageHosts({ sites: { upload, files } }: DoctorDeps): Promise<Finding> {
  const [uploadTrouble, filesTrouble] = await Promise.all([troubleWith(upload), troubleWith(files)])
  const troubles = [
    ...(filesTrouble === undefined ? [] : [{ ...filesTrouble, site: files, hint: hintOfFiles(files) }]),
    ...(uploadTrouble === undefined ? [] : [{ ...uploadTrouble, site: upload, hint: wayOut }]),
  ]
  const [first, ...more] = troubles.filter(it => !isUnseen(it))
  if (first !== undefined) return wrong([first, ...more].map(tell).join('; '), first.hint)
  const unseen = troubles.find(isUnseen)
  const toPaste = `uploadFile 合法域名 ${toEnter(upload)}, downloadFile 合法域名 ${toEnter(files)}`
  const hint = `check ${pages.serverDomains}: it needs ${toPaste}`
  if (unseen !== undefined) return notChecked(`our DNS does not resolve ${unseen.site.origin}, a name of AWS`, hint)
  return ok(`both hosts answer; ${pages.serverDomains} needs them: ${toPaste}`)
}

/** The value that the deployment prints too. */
function toEnter({ origin }: Site): string {
  if (!isOfAws(origin)) return origin
  return `a domain of your own with an ICP filing (备案); WeChat is not known to accept ${new URL(origin).host}`
}

type Trouble = { readonly name: string; readonly site: Site; readonly hint: string }

const wayOut =
  'the function must be able to reach it, like WeChat: AWS console → VPC → NAT gateway, and the S3 endpoint'

/** AWS creates its names with the distribution or the API; DNS must point a custom domain there. */
function hintOfFiles({ origin }: Site): string {
  if (isOfAws(origin)) return wayOut
  return 'DNS must point the domain to the target that the deployment prints, with a matching certificate (docs/images.md)'
}

async function troubleWith(site: Site): Promise<{ readonly name: string } | undefined> {
  try {
    const status = await site.ask()
    return status < 500 ? undefined : { name: `status ${status}` }
  } catch (error) {
    return { name: nameOf(error) }
  }
}

function isUnseen({ name, site }: Trouble): boolean {
  return notFound.has(name) && isOfAws(site.origin)
}

function tell({ name, site }: Trouble): string {
  return `${site.origin} gives no usable answer (${name})`
}
