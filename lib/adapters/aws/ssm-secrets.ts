/** The secrets, from SSM Parameter Store by name, kept in memory for a few minutes: a rotation needs no deployment. */

import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'

import { inRuns } from '../../pool.ts'
import type { Now, Secrets } from '../../ports.ts'
import type { SecretName } from '../../secret-names.ts'

const keepMs = 300_000
/** One that is refused is read anew so often at most, for it may be the one that is wrong. */
const againMs = 10_000
/** More names GetParameters does not take. */
const namesAtOnce = 10

type Values = ReadonlyMap<string, string>
/** What is known of a secret; `value` throws if it could not be read. */
type Kept = { readonly at: number; readonly value: () => Promise<string | undefined> }

/** The secrets of one function. */
export type FunctionSecrets = Secrets & {
  /** Says which the function needs: whichever of them is asked for first brings them all, ten in a request. */
  need(names: readonly SecretName[]): void
}

/** Creates the reader of the secrets below `prefix`, such as `/queqiao/prod`. A failed read is not remembered. */
export function createSecrets(prefix: string, now: Now): FunctionSecrets {
  const ssm = new SSMClient({})
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
      // One that may not be read fails the whole request: then each is asked for alone, once it is needed.
      const alone = (it: SecretName) => all.catch(error => (mayBeAnothers(error, run) ? read([it]) : raise(error)))
      const forgets = run.map(it => keep(it, () => alone(it)))
      // Others than the one that is asked for now may be needed long after what failed them is over.
      all.catch(error => {
        if (!mayBeAnothers(error, run)) for (const forget of forgets) forget()
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
      // Of many that are refused at once the first one reads.
      return kept.get(name) === known ? readNow(name) : kept.get(name)?.value()
    },
  }
}

/** SSM that is busy, or away, is not asked twice as much for it. */
function mayBeAnothers(error: unknown, names: readonly SecretName[]): boolean {
  if (names.length === 1 || !(error instanceof Error) || !('$fault' in error)) return false
  return error.$fault === 'client' && !/throttl|toomany/i.test(error.name)
}

function raise(error: unknown): never {
  throw error
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
