/** Secrets from SSM Parameter Store by name, cached for a few minutes: a rotation needs no deployment. */

import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'

import { inRuns } from '../../pool.ts'
import type { Now, Secrets } from '../../ports.ts'
import type { SecretName } from '../../secret-names.ts'
import { requestLimits } from './limits.ts'

const keepMs = 300_000
/** A refused secret is read again at most this often, because the refusal may have another cause. */
const againMs = 10_000
/** More names GetParameters does not take. */
const namesAtOnce = 10

type Values = ReadonlyMap<string, string>
/** The cached state of a secret; `value` throws if it could not be read. */
type Kept = { readonly at: number; readonly value: () => Promise<string | undefined> }

/** The secrets of one function. */
export type FunctionSecrets = Secrets & {
  /** Names the secrets that the function needs: the first read fetches them all, ten in a request. */
  need(names: readonly SecretName[]): void
}

/** Creates the reader of the secrets under `prefix`, such as `/queqiao/prod`. Failed reads are not cached. */
export function createSecrets(prefix: string, now: Now): FunctionSecrets {
  const ssm = new SSMClient({ requestHandler: requestLimits })
  const needed = new Set<SecretName>()
  const kept = new Map<SecretName, Kept>()
  const isFresh = (name: SecretName) => now() < (kept.get(name)?.at ?? Number.NEGATIVE_INFINITY) + keepMs

  const read = async (names: readonly SecretName[]): Promise<Values> => {
    const request = { Names: names.map(it => `${prefix}/${it}`), WithDecryption: true }
    const { Parameters = [] } = await ssm.send(new GetParametersCommand(request))
    return new Map(Parameters.flatMap(({ Name, Value }) => (Name && Value !== undefined ? [[Name, Value]] : [])))
  }

  const keep = (name: SecretName, found: () => Promise<Values>) => {
    const value = once(async () => (await found()).get(`${prefix}/${name}`))
    const entry: Kept = {
      at: now(),
      value: () =>
        value().catch(error => {
          forget()
          throw error
        }),
    }
    const forget = () => {
      if (kept.get(name) === entry) kept.delete(name)
    }
    kept.set(name, entry)
    return forget
  }

  const readNow = (name: SecretName) => {
    const names = [name, ...[...needed].filter(it => it !== name && !isFresh(it))]
    for (const run of inRuns(names, namesAtOnce)) {
      const all = read(run)
      // One unreadable secret fails the whole request: then each is read by itself when it is needed.
      const alone = (it: SecretName) => all.catch(error => (mayBeOtherSecret(error, run) ? read([it]) : rethrow(error)))
      const forgets = run.map(it => keep(it, () => alone(it)))
      // The others may be needed long after the cause of the failure has passed.
      all.catch(error => {
        if (!mayBeOtherSecret(error, run)) for (const forget of forgets) forget()
      })
    }
    return kept.get(name)?.value()
  }

  return {
    need(names) {
      for (const it of names) needed.add(it)
    },
    async get(name, refused) {
      const known = isFresh(name) ? kept.get(name) : undefined
      if (known === undefined) return readNow(name)
      if (refused === undefined || known.at + againMs > now() || (await known.value()) !== refused) return known.value()
      // If several are refused at once, only the first one reads.
      return kept.get(name) === known ? readNow(name) : kept.get(name)?.value()
    },
  }
}

/** Whether another secret may have caused the error; if SSM is busy or down, single reads would only add load. */
function mayBeOtherSecret(error: unknown, names: readonly SecretName[]): boolean {
  if (names.length === 1 || !(error instanceof Error) || !('$fault' in error)) return false
  return error.$fault === 'client' && !/throttl|toomany/i.test(error.name)
}

function rethrow(error: unknown): never {
  throw error
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
