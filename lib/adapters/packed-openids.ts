/** Openids in the fields of a row: 21 bytes for each, one behind the other; those of another length as text. */

import * as v from 'valibot'

import { isId, type OpenId } from '../identifiers.ts'
import { openidLength, packedBytes } from '../openid-set.ts'

export const packedOpenids = v.object({
  packed: v.instance(Uint8Array),
  others: v.exactOptional(v.array(v.custom<OpenId>(isId))),
})

export type PackedOpenids = v.InferOutput<typeof packedOpenids>

/** Packs a list; unpacked, those of another length stand behind the others. */
export function packOpenids(openids: readonly OpenId[]): PackedOpenids {
  const usual = openids.filter(it => it.length === openidLength)
  const others = openids.filter(it => it.length !== openidLength)
  // 28 characters are 21 bytes sharp, so the texts can be decoded in one go.
  const packed = new Uint8Array(Buffer.from(usual.join(''), 'base64url'))
  return { packed, ...(others.length === 0 ? {} : { others }) }
}

/** Reads a packed list. */
export function unpackOpenids({ packed, others = [] }: PackedOpenids): OpenId[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  const text = bytes.toString('base64url')
  const usual = Array.from({ length: Math.floor(bytes.byteLength / packedBytes) }, (_, at) =>
    text.slice(at * openidLength, (at + 1) * openidLength),
  )
  return [...usual.filter(isId), ...others]
}
