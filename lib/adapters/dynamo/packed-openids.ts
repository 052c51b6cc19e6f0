/** Openids packed into fields of a row: 21 bytes each, concatenated; those of another length as text. */

import * as v from 'valibot'

import { isId, type OpenId } from '../../identifiers.ts'
import { openidLength, packedBytes } from '../../sync/openid-marks.ts'

export const packedOpenids = v.object({
  packed: v.instance(Uint8Array),
  others: v.exactOptional(v.array(v.custom<OpenId>(isId))),
})

export const noOpenids: PackedOpenids = { packed: new Uint8Array() }

export type PackedOpenids = v.InferOutput<typeof packedOpenids>

/** DynamoDB allows 400 KB per row, with field names and all other fields. */
const rowBytes = 350_000
/** What DynamoDB counts for a list element besides its text. */
const elementBytes = 4

/** Splits a list into as many as fit a row each (10,000 of WeChat's usual openids fit); always returns at least one. */
export function splitByRows(openids: readonly OpenId[]): [readonly OpenId[], ...(readonly OpenId[])[]] {
  const rows: OpenId[][] = []
  let bytes = rowBytes
  for (const openid of openids) {
    bytes += openid.length === openidLength ? packedBytes : openid.length + elementBytes
    if (bytes > rowBytes) {
      rows.push([])
      bytes = openid.length + elementBytes
    }
    rows.at(-1)?.push(openid)
  }
  const [first = [], ...others] = rows
  return [first, ...others]
}

/** Packs a list; unpacking puts openids of unusual length last. */
export function packOpenids(openids: readonly OpenId[]): PackedOpenids {
  const usual = openids.filter(it => it.length === openidLength)
  const others = openids.filter(it => it.length !== openidLength)
  // 28 characters are exactly 21 bytes, so the texts can be decoded in one go.
  const packed = new Uint8Array(Buffer.from(usual.join(''), 'base64url'))
  return { packed, ...(others.length === 0 ? {} : { others }) }
}

/** Unpacks a list. */
export function unpackOpenids({ packed, others = [] }: PackedOpenids): OpenId[] {
  const text = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('base64url')
  const openids: OpenId[] = []
  for (let at = 0; at + openidLength <= text.length; at += openidLength) {
    const openid = text.slice(at, at + openidLength)
    if (isId(openid)) openids.push(openid)
  }
  return [...openids, ...others]
}

/** The order in which a list comes out again: those of the usual length first. */
export function inStoredOrder(openids: readonly OpenId[]): readonly OpenId[] {
  const others = openids.filter(it => it.length !== openidLength)
  return others.length === 0 ? openids : [...openids.filter(it => it.length === openidLength), ...others]
}
