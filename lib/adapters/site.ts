/** A host that the mini program uploads to or downloads from, as seen from outside. */

import type { Site } from '../doctor/deps.ts'

const limitMs = 5_000
/** A file that cannot exist: no owner has so short a name. */
const noFile = 'images/nobody/none.png'

/** Opens the site below this URL. */
export function openSite(url: URL): Site {
  return {
    origin: url.origin,
    async ask() {
      const target = new URL(`${url.href.replace(/\/$/, '')}/${noFile}`)
      const signal = AbortSignal.timeout(limitMs)
      return (await fetch(target, { method: 'HEAD', redirect: 'manual', signal })).status
    },
  }
}
