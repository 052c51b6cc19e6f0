/** Adds to a map as its newest entry, and forgets the oldest beyond `most`. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V, most = 10_000): V {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
  return value
}
