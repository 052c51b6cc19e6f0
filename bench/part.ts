/** A part of the bench, and what it finds. */

export const partNames = ['correctness', 'speed', 'sync', 'cold-start', 'cost', 'growth'] as const
type PartName = (typeof partNames)[number]

/** Over the rounds: the median, the least and the most. */
type Spread = { readonly median: number; readonly min: number; readonly max: number }
/** What was measured, counted, or seen to be so. */
export type Value = Spread | number | boolean | string

/** What is wanted of ours, in the row's unit. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number }

export type Row = {
  /** Unique in its part. */
  readonly what: string
  /** `%`, `µs`, `KB`; none for what is counted or true. */
  readonly unit?: string
  readonly ours: Value
  /** A peer, a bound or a bare loop of the same run, by its name: at least one, for no figure is ours alone. */
  readonly beside: Readonly<Record<string, Value>>
  readonly goal?: Goal
  /**
   * The direction in which a count of ours is worse than the written one; a short run fails for it. A row that has it is
   * in short and long runs alike, with the same `what`. Nothing that takes time has it.
   */
  readonly worse?: 'more' | 'less' | 'other'
  /** The share of a core that the other side used meanwhile, in percent. */
  readonly otherSide?: number
  /** Of the machine, over the minute before the row was done. */
  readonly load?: number
  /** The row's name in README's table, for those that stand there. */
  readonly headline?: { readonly en: string; readonly zh: string }
}

export type How = {
  /** For CI: a minute or less for each part, and all rows with `worse`. */
  readonly isShort: boolean
  /** How often each thing is measured, all in turn. */
  readonly rounds: number
  /** Writes its flame graph too, where a part has one. */
  readonly isProfiling: boolean
  /** Says what goes on, beside the output. */
  readonly tell: (what: string) => void
}

export type Found = {
  readonly rows: readonly Row[]
  /** What holds for all rows, as where the other side ran. */
  readonly facts?: Readonly<Record<string, string | number>>
}

export type Part = {
  readonly name: PartName
  /** A sentence for whoever reads the table. */
  readonly title: string
  /** Rounds where `--rounds` gives none; one in a short run. */
  readonly rounds: number
  measure(how: How): Promise<Found>
}
