/** Leads whoever asks for a picture or a static file to where it can be read; the file itself passes by another way. */

import { RequestError } from '../errors.ts'
import { type ImageFiles, imageTypes } from '../images/ports.ts'
import { isStaticName, staticKey } from './static-name.ts'

type Readable = Pick<ImageFiles, 'readableUrl'>

export type ServeDeps = { readonly images: Readable; readonly statics: Readable }

/** The parameters of `/images/{owner}/{file}` or of `/static/{path+}`. */
type Path = Readonly<Record<string, string | undefined>>

export type Redirect = { readonly location: string; readonly maxAgeSeconds: number }

/** How long the address can be read from, in seconds. */
const signedSeconds = 300
/** Whoever keeps the answer must have time to begin reading. */
const keptSeconds = 120

const owner = /^[A-Za-z0-9_-]{22}$/
const image = new RegExp(`^[A-Za-z0-9_-]{22}\\.(${Object.values(imageTypes).join('|')})$`)

/** Answers where the file can be read for five minutes; throws RequestError 404 for what cannot be a file's name. */
export async function serveFile(path: Path, deps: ServeDeps): Promise<Redirect> {
  const { bucket, key } = locate(path)
  return { location: await deps[bucket].readableUrl(key, signedSeconds), maxAgeSeconds: keptSeconds }
}

/** The answer for what is not there, or cannot be. */
export function fileUnknown(): RequestError {
  return new RequestError('file-unknown', 404, 'There is no such file.')
}

function locate(path: Path): { readonly bucket: keyof ServeDeps; readonly key: string } {
  const { owner: whose = '', file = '', path: name } = path
  if (name !== undefined && isStaticName(name)) return { bucket: 'statics', key: staticKey(name) }
  if (name === undefined && owner.test(whose) && image.test(file))
    return { bucket: 'images', key: `images/${whose}/${file}` }
  throw fileUnknown()
}
