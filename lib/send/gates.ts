/** The gates of a batch: each account's for each kind of message is read once. */

import { depsOf, type StageDeps } from './deps.ts'
import type { MessageKind } from './kinds/kind.ts'
import { readGate, type SendGate } from './send-gate.ts'
import type { Parsed } from './stages.ts'

type Gated = Pick<Parsed, 'account' | 'kind' | 'message'>

/** Creates the gates of one batch. */
export function createGates(stage: StageDeps) {
  const known = new Map<Parsed['account'], Map<MessageKind, SendGate>>()
  const find = ({ account, kind }: Gated) => known.get(account)?.get(kind)
  const readOne = async (alike: readonly [Gated, ...Gated[]]) => {
    const [{ account, kind }] = alike
    const deps = depsOf(stage, account)
    const gate = await readGate(
      { ...deps, gate: kind.gateOf(deps) },
      alike.filter(it => it.message !== undefined).length,
    )
    known.set(account, (known.get(account) ?? new Map()).set(kind, gate))
  }
  return {
    /** Reads the gates that these events need, and that are not read yet. */
    async read(events: readonly Gated[]): Promise<void> {
      const needed = events.filter(it => find(it) === undefined)
      const groups = [...Map.groupBy(needed, it => it.account).values()].flatMap(it => [
        ...Map.groupBy(it, ({ kind }) => kind).values(),
      ])
      await Promise.all(groups.flatMap(([first, ...more]) => (first === undefined ? [] : [readOne([first, ...more])])))
    },
    of(event: Gated): SendGate {
      const gate = find(event)
      if (gate === undefined) throw new Error('a gate that was not read')
      return gate
    },
  }
}
