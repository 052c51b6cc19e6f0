/** Whether the secrets exist and are well-formed. Their values are never shown. */

import * as v from 'valibot'

import type { App } from '../apps.ts'
import { kindOf, type SecretName, secretsOf } from '../secret-names.ts'
import { setSecrets } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import { nameOf } from './explain.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'
import { pages } from './pages.ts'

type Rule = { readonly form: RegExp; readonly wanted: string }

const token = { form: /^[A-Za-z0-9]{3,32}$/, wanted: '3 to 32 letters and digits' }
const aesKey = { form: /^[A-Za-z0-9]{43}$/, wanted: '43 letters and digits' }
const rules = {
  appsecret: { form: /^[0-9a-f]{32}$/, wanted: '32 hexadecimal digits' },
  'callback-token': token,
  'callback-aes-key': aesKey,
  'forward-token': token,
  'forward-aes-key': aesKey,
  'session-keys': { form: /^\s*\{[\s\S]*"keys"\s*:\s*\[\s*\{/, wanted: 'a JWK Set with at least one key' },
  'session-public-keys': {
    form: /^(?![\s\S]*"d"\s*:)\s*\{[\s\S]*"keys"\s*:\s*\[\s*\{/,
    wanted: 'a JWK Set with public keys only',
  },
} satisfies Record<ReturnType<typeof kindOf>, Rule>

/** Checks all secrets that this run may read, or those of one app; costs no call to WeChat. */
export async function checkSecrets(deps: DoctorDeps, only?: App): Promise<Finding> {
  const { secrets, ...place } = deps
  const names = deps.readable.filter(it => only === undefined || secretsOf(only).some(own => own === it))
  const states = await Promise.all(
    names.map(async name => ({ name, trouble: await troubleOf(name, secrets.get(name)) })),
  )
  const troubles = states.flatMap(({ name, trouble }) =>
    trouble === undefined || (isOptional(name) && trouble === missing) ? [] : [`${name} ${trouble}`],
  )
  if (troubles.length > 0) return wrong(troubles.join('; '), setSecrets(place))
  const unpublished = names.includes('session-keys') ? await findUnpublished(secrets) : undefined
  if (unpublished !== undefined) {
    const hint = `delete the parameter session-public-keys, and ${setSecrets(place)}: it derives it from session-keys`
    return wrong(`session-public-keys lacks the signing key ${unpublished}: every session token would be refused`, hint)
  }
  const unset = new Set(states.filter(it => it.trouble !== undefined).map(it => it.name))
  // The page of a test account has no field for the EncodingAESKey.
  if (unset.size === 0 || place.isTestAccount) return ok(`${names.length - unset.size} of ${names.length} are set`)
  return warnOfPlainText(unset, deps)
}

function isOptional(name: SecretName): boolean {
  return kindOf(name) === 'callback-aes-key'
}

/** Names the console page of each EncodingAESKey that is not set. */
function warnOfPlainText(unset: ReadonlySet<SecretName>, { officials, minis }: DoctorDeps): Finding {
  const apps = [...officials, ...minis].map(it => it.app).filter(app => secretsOf(app).some(it => unset.has(it)))
  const hints = apps.map(app => {
    const name = secretsOf(app).find(it => unset.has(it))
    return `${pages[app.kind].messagePush}: choose 安全模式, and set its EncodingAESKey as ${name}`
  })
  const words = `${[...unset].join(', ')} ${unset.size === 1 ? 'is' : 'are'} not set`
  return warning(`${words}: callbacks come in plain text, and no signature covers their bodies`, hints.join('; '))
}

const kids = v.pipe(v.string(), v.parseJson(), v.object({ keys: v.array(v.object({ kid: v.string() })) }))

/** The id of the signing key, if its public key is not published. */
async function findUnpublished(secrets: DoctorDeps['secrets']): Promise<string | undefined> {
  const texts = await Promise.all([secrets.get('session-keys'), secrets.get('session-public-keys')])
  const [signing, published] = texts.map(it => v.safeParse(kids, it))
  if (!signing?.success || !published?.success) return undefined
  const kid = signing.output.keys[0]?.kid
  return published.output.keys.some(it => it.kid === kid) ? undefined : kid
}

const missing = 'is not set'

async function troubleOf(name: SecretName, asked: Promise<string | undefined>): Promise<string | undefined> {
  const [outcome] = await Promise.allSettled([asked])
  if (outcome?.status !== 'fulfilled') return `cannot be read (${nameOf(outcome?.reason)})`
  if (outcome.value === undefined) return missing
  const { form, wanted } = rules[kindOf(name)]
  return form.test(outcome.value) ? undefined : `is not ${wanted}`
}
