/** The secrets of a stage in SSM Parameter Store, as the functions read them. */

import { GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'

import { ask } from '../../local/stage/explain-failure.ts'
import { clientConfig, type Place } from '../../local/stage/place.ts'
import type { SecretName } from './names.ts'

/** Throws an AskError, which holds no secret, where it cannot be asked. */
export type SecretStore = {
  /** `/queqiao/prod`. */
  readonly prefix: string
  readonly region: string
  /** When (ms) each of these that is there was written; nothing is decrypted. */
  dates(names: readonly SecretName[]): Promise<ReadonlyMap<SecretName, number>>
  /** Undefined if it is not there. */
  read(name: SecretName): Promise<string | undefined>
  /** Writes a new one, and fails if there is one; or replaces it. */
  write(name: SecretName, value: string, how: 'new' | 'replace'): Promise<void>
}

const answerLimitMs = 15_000
/** SSM takes no more. */
const namesPerCall = 10

/** Opens the store; reads end with the signal, writes do not: nobody would know whether they were done. */
export function openSecretStore(place: Place, abortSignal: AbortSignal): SecretStore {
  const ssm = new SSMClient(clientConfig(place, answerLimitMs))
  const prefix = `/queqiao/${place.stage}`
  const pathOf = (name: SecretName) => `${prefix}/${name}`
  const request = <T>(action: string, path: string, made: Promise<T>) =>
    ask(
      place,
      { service: 'SSM', what: `secret ${path}`, right: rightTo(action, prefix, place.region), isSecret: true },
      made,
    )

  async function get(names: readonly SecretName[], WithDecryption: boolean) {
    const command = new GetParametersCommand({ Names: names.map(pathOf), WithDecryption })
    const path = names.length === 1 ? names.map(pathOf).join() : `${prefix}/*`
    const { Parameters = [] } = await request('GetParameters', path, ssm.send(command, { abortSignal }))
    return Parameters
  }

  return {
    prefix,
    region: place.region,
    async dates(names) {
      const dates = new Map<SecretName, number>()
      for (let from = 0; from < names.length; from += namesPerCall) {
        const asked = names.slice(from, from + namesPerCall)
        const found = new Map((await get(asked, false)).map(it => [it.Name, it.LastModifiedDate?.getTime() ?? 0]))
        for (const name of asked) {
          const at = found.get(pathOf(name))
          if (at !== undefined) dates.set(name, at)
        }
      }
      return dates
    },
    async read(name) {
      const [found] = await get([name], true)
      return found?.Value
    },
    async write(name, value, how) {
      const Name = pathOf(name)
      const parameter = { Name, Value: value, Type: 'SecureString', Overwrite: how === 'replace' } as const
      await request('PutParameter', Name, ssm.send(new PutParameterCommand(parameter)))
    },
  }
}

/** The action with a resource to paste into a policy. */
function rightTo(action: string, prefix: string, region: string): string {
  return `ssm:${action} on arn:${partitionOf(region)}:ssm:${region}:*:parameter${prefix}/*`
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
