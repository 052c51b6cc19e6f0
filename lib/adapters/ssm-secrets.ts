/** The secrets, from SSM Parameter Store by name, kept in memory for a few minutes: a rotation needs no deployment. */

import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'

import type { Now, SecretName, Secrets } from '../ports.ts'

const keepMs = 300_000

/** Creates the reader of the secrets below `prefix`, such as `/queqiao/prod`. A failed read is not remembered. */
export function createSecrets(prefix: string, now: Now): Secrets {
  const ssm = new SSMClient({})
  const kept = new Map<SecretName, { value: Promise<string | undefined>; until: number }>()

  const read = async (name: SecretName) => {
    const request = { Names: [`${prefix}/${name}`], WithDecryption: true }
    const { Parameters = [] } = await ssm.send(new GetParametersCommand(request))
    return Parameters[0]?.Value
  }

  return {
    get(name) {
      const known = kept.get(name)
      if (known !== undefined && known.until > now()) return known.value
      const value = read(name)
      kept.set(name, { value, until: now() + keepMs })
      value.catch(() => kept.delete(name))
      return value
    },
  }
}
