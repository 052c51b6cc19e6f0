/** Prices of AWS by region: docs/prices.json, which says of each where it was read. */

import { readFile } from 'node:fs/promises'

import * as v from 'valibot'

const file = new URL('../../docs/prices.json', import.meta.url)

const price = v.pipe(
  v.strictObject({
    price: v.number(),
    read: v.picklist(['source', 'copy', 'memory']),
    /** Where AWS says it. */
    source: v.pipe(v.string(), v.url()),
    /** Where a copy of it was read, and of which month that is. */
    copy: v.exactOptional(v.pipe(v.string(), v.url())),
    copyOf: v.exactOptional(v.string()),
    note: v.exactOptional(v.string()),
  }),
  v.check(it => (it.read === 'copy') === (it.copy !== undefined), 'a copy names its page, and nothing else does'),
)
const region = v.strictObject({ currency: v.string(), prices: v.record(v.string(), price) })
const list = v.strictObject({
  asOf: v.pipe(v.string(), v.isoDate()),
  how: v.string(),
  units: v.record(v.string(), v.string()),
  regions: v.record(v.string(), region),
})

export const defaultRegion = 'ap-southeast-1'

export type Prices = {
  readonly region: string
  readonly currency: string
  /** The price by its name in the file; throws for a name that it does not have. */
  readonly of: (name: string) => number
  /** How many were read where: on AWS's own page, in a copy, or nowhere. */
  readonly read: Readonly<Record<'source' | 'copy' | 'memory', number>>
}

/** Reads the prices of all regions; the default one is the first. */
export async function readPrices(): Promise<{ readonly asOf: string; readonly regions: readonly Prices[] }> {
  return parsePrices(JSON.parse(await readFile(file, 'utf8')))
}

/** Throws for a region that lacks a price which another has. */
export function parsePrices(input: unknown): { readonly asOf: string; readonly regions: readonly Prices[] } {
  const { asOf, units, regions } = v.parse(list, input)
  const names = Object.keys(units)
  return { asOf, regions: Object.entries(regions).map(([name, it]) => pricesOf(name, it, names)) }
}

type Region = v.InferOutput<typeof region>

function pricesOf(name: string, { currency, prices }: Region, names: readonly string[]): Prices {
  const missing = names.filter(it => prices[it] === undefined)
  if (missing.length > 0) throw new Error(`docs/prices.json has no ${missing.join(', ')} of ${name}`)
  const count = (read: string) => Object.values(prices).filter(it => it.read === read).length
  return {
    region: name,
    currency,
    of(price) {
      const found = prices[price]
      if (found === undefined) throw new Error(`docs/prices.json has no ${price} of ${name}`)
      return found.price
    },
    read: { source: count('source'), copy: count('copy'), memory: count('memory') },
  }
}
