/** Merges the rows of several shards, each of them the newest first, into one such list. */

import { inParallel } from '../../pool.ts'

export type MergedRow = { readonly listedAt: string; readonly item: Readonly<Record<string, unknown>> }
/** Reads on in a shard. */
export type ReadMore = () => Promise<{ readonly rows: readonly MergedRow[]; readonly hasMore: boolean }>

type Lane = { readonly rows: MergedRow[]; readonly read: ReadMore; hasMore: boolean }

/** How many shards are read at once. */
const readsAtOnce = 16

/** Reads no more of a shard than is needed to know which row is next. */
export async function* mergeNewest(shards: readonly ReadMore[]): AsyncIterable<MergedRow> {
  const lanes = shards.map((read): Lane => ({ rows: [], read, hasMore: true }))
  for (;;) {
    const empty = lanes.filter(it => it.rows.length === 0 && it.hasMore)
    await inParallel(empty, readsAtOnce, fill)
    // A page may be empty and have a next one.
    if (lanes.some(it => it.rows.length === 0 && it.hasMore)) continue
    const next = newestOf(lanes)?.rows.shift()
    if (next === undefined) return
    yield next
  }
}

async function fill(lane: Lane): Promise<void> {
  const { rows, hasMore } = await lane.read()
  lane.rows.push(...rows)
  lane.hasMore = hasMore
}

function newestOf(lanes: readonly Lane[]): Lane | undefined {
  return lanes.reduce<Lane | undefined>((best, lane) => (headOf(lane) > headOf(best) ? lane : best), undefined)
}

function headOf(lane: Lane | undefined): string {
  return lane?.rows[0]?.listedAt ?? ''
}
