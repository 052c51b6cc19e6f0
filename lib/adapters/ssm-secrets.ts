/** The secrets, from SSM Parameter Store by name, kept in memory for a few minutes: a rotation needs no deployment. */

import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'

import type { Now, SecretName, Secrets } from '../ports.ts'

const keepMs = 300_000
/** One that is refused is read anew so often at most, for it may be the one that is wrong. */
const againMs = 10_000

/** Creates the reader of the secrets below `prefix`, such as `/queqiao/prod`. A failed read is not remembered. */
export function createSecrets(prefix: string, now: Now): Secrets {
  const ssm = new SSMClient({})
  const kept = new Map<SecretName, { value: Promise<string | undefined>; at: number }>()

  const read = async (name: SecretName) => {
    const request = { Names: [`${prefix}/${name}`], WithDecryption: true }
    const { Parameters = [] } = await ssm.send(new GetParametersCommand(request))
    return Parameters[0]?.Value
  }

  const readNow = (name: SecretName) => {
    const value = read(name)
    kept.set(name, { value, at: now() })
    value.catch(() => kept.delete(name))
    return value
  }

  return {
    async get(name, refused) {
      const known = kept.get(name)
      if (known === undefined || known.at + keepMs <= now()) return readNow(name)
      if (refused === undefined || known.at + againMs > now() || (await known.value) !== refused) return known.value
      // Of many that are refused at once the first one reads.
      return kept.get(name) === known ? readNow(name) : kept.get(name)?.value
    },
  }
}
