/** Finds what a log has of one key, without going through all of it: a box may have half a million messages. */

/** Creates an empty index; what has no key is not in it. */
export function createIndex<K, V>(keyOf: (value: V) => K | undefined) {
  const lists = new Map<K, V[]>()
  const add = (value: V): void => {
    const key = keyOf(value)
    if (key === undefined) return
    const list = lists.get(key)
    if (list === undefined) lists.set(key, [value])
    else list.push(value)
  }
  return {
    add,
    /** In the order in which they were added. */
    of: (key: K): readonly V[] => lists.get(key) ?? [],
    /** Begins anew with these, after the log has dropped its oldest. */
    fill: (values: Iterable<V>) => {
      lists.clear()
      for (const value of values) add(value)
    },
  }
}
