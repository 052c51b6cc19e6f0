/** Splits what is sent to AWS in batches into calls that it accepts. */

/** SQS and EventBridge accept ten entries per call. */
const mostEntries = 10
/**
 * Both accept 256 KB per call, of all entries together; since 2026 it is 1 MB, but not in the documents of the regions in
 * China. The rest is left for what surrounds the entries.
 */
const mostBytes = 240_000
/** Names, ids and attributes of an entry, beside its text. */
const bytesAround = 500

/** Splits entries into calls, in their order, by the text that each carries; one that is too large goes alone. */
export function inCalls<E>(entries: readonly E[], textOf: (entry: E) => string): E[][] {
  const calls: { readonly entries: E[]; bytes: number }[] = []
  for (const entry of entries) {
    const bytes = Buffer.byteLength(textOf(entry)) + bytesAround
    const last = calls.at(-1)
    const fits = last !== undefined && last.entries.length < mostEntries && last.bytes + bytes <= mostBytes
    if (!fits) calls.push({ entries: [entry], bytes })
    else {
      last.entries.push(entry)
      last.bytes += bytes
    }
  }
  return calls.map(it => it.entries)
}
