/** Where a secret stands in what an error shows. */

type Shown = { readonly message: string; readonly stack: string; readonly properties: string }

/** The first of message, stack and properties in which one of the secrets stands, in any of the errors; `no` for none. */
export function findLeak(errors: readonly Shown[], secrets: readonly string[]): string {
  const places = ['message', 'stack', 'properties'] as const
  return places.find(place => errors.some(it => secrets.some(secret => it[place].includes(secret)))) ?? 'no'
}
