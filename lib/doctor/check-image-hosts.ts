/** Whether the hosts answer that the mini program uploads pictures to, and loads pictures and static files from. */

import { isOfAws } from './aws-names.ts'
import type { DoctorDeps, Site } from './deps.ts'
import { nameOf } from './explain.ts'
import { type Finding, notChecked, ok, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** If the DNS here does not find a name of AWS, that says nothing of what phones find. */
const notFound: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN'])

/** Asks each for a file that is not there; a refusal is an answer as well. Costs no call to WeChat. */
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
  const hint = `look what is in ${pages.serverDomains}: it needs ${toPaste}`
  if (unseen !== undefined) return notChecked(`the DNS here does not find ${unseen.site.origin}, a name of AWS`, hint)
  return ok(`both hosts answer; ${pages.serverDomains} needs them: ${toPaste}`)
}

/** As the deployment tells it. */
function toEnter({ origin }: Site): string {
  if (!isOfAws(origin)) return origin
  return `a domain of your own with an ICP filing (备案), for that it takes ${new URL(origin).host} is not known`
}

type Trouble = { readonly name: string; readonly site: Site; readonly hint: string }

const wayOut = 'the function must get out to it, as to WeChat: AWS console → VPC → NAT gateway, and the S3 endpoint'

/** A name of AWS is made with the distribution or the API; one of our own must be led there. */
function hintOfFiles({ origin }: Site): string {
  if (isOfAws(origin)) return wayOut
  return 'the DNS must lead the domain to what the deployment prints, and the certificate must be for it (docs/images.md)'
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
