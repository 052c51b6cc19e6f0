/** The servers behind us as the doctor asks them, opened again for each run: no cache may hide a recent fix. */

import { createSecrets } from '../adapters/aws/ssm-secrets.ts'
import { createHandshake } from '../adapters/forward.ts'
import type { App } from '../apps.ts'
import { signQuery } from '../callback/signature.ts'
import { config } from '../config.ts'
import type { DoctorDeps, DoctorServer } from '../doctor/deps.ts'
import type { ForwardTarget } from '../forward-target.ts'
import type { Secrets } from '../ports.ts'
import { forwardSecretOf, secretOf } from '../secret-names.ts'
import { apps } from './apps.ts'
import { now } from './context.ts'
import { forwardTargetsOf, stamp } from './forward.ts'

/** As long as a push waits for them. */
const limitMs = 4000

/** Those of all apps. */
export function servers(): Pick<DoctorDeps, 'servers'> {
  const secrets = createSecrets(config('SECRETS_PREFIX').SECRETS_PREFIX, now)
  const { officials, minis } = apps()
  const all = [...officials, ...minis].flatMap(app =>
    forwardTargetsOf(app).map(target => serverOf(app, target, secrets)),
  )
  return { servers: all }
}

function serverOf(app: App, target: ForwardTarget, secrets: Secrets): DoctorServer {
  const ask = createHandshake(config('FORWARD_NETWORK').FORWARD_NETWORK)
  return {
    app,
    name: app.forward?.includes(target) ? target.name : 'FORWARD_URL',
    async handshake(echostr) {
      // Its own, or else that of the callback whose pushes it takes.
      const own = await secrets.get(forwardSecretOf(target, 'forward-token'))
      const token = own ?? (await secrets.get(secretOf(app, 'callback-token')))
      return token === undefined ? undefined : ask(target.url, { ...signQuery(stamp(), token), echostr }, limitMs)
    },
  }
}
