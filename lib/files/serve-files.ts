/** Redirects requests for pictures and static files to a URL where they can be read. */

import { RequestError } from '../errors.ts'
import { type ImageFiles, imageTypes } from '../images/ports.ts'
import { isStaticName, staticKey } from './static-name.ts'

type Readable = Pick<ImageFiles, 'readableUrl'>

export type ServeDeps = { readonly images: Readable; readonly statics: Readable }

/** The path parameters of `/images/{owner}/{file}` or of `/static/{path+}`. */
type Path = Readonly<Record<string, string | undefined>>

export type Redirect = { readonly location: string; readonly maxAgeSeconds: number }

/** How long the URL can be used, in seconds. */
const signedSeconds = 300
/** A client that caches the redirect must have time to start reading. */
const keptSeconds = 120

const owner = /^[A-Za-z0-9_-]{22}$/
const image = new RegExp(`^[A-Za-z0-9_-]{22}\\.(${Object.values(imageTypes).join('|')})$`)

/** Returns a URL that is valid for five minutes; throws RequestError 404 for an impossible file name. */
export async function serveFile(path: Path, deps: ServeDeps): Promise<Redirect> {
  const { bucket, key } = objectOf(path)
  return { location: await deps[bucket].readableUrl(key, signedSeconds), maxAgeSeconds: keptSeconds }
}

/** The answer for a file that does not or cannot exist. */
export function fileUnknown(): RequestError {
  return new RequestError('file-unknown', 404, 'There is no such file.')
}

function objectOf(path: Path): { readonly bucket: keyof ServeDeps; readonly key: string } {
  const { owner: whose = '', file = '', path: name } = path
  if (name !== undefined && isStaticName(name)) return { bucket: 'statics', key: staticKey(name) }
  if (name === undefined && owner.test(whose) && image.test(file))
    return { bucket: 'images', key: `images/${whose}/${file}` }
  throw fileUnknown()
}
