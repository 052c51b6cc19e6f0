/** Brings together what a look through a whole picture finds: how far it reaches, its frames, and all but its metadata. */

import { isTurned, upright } from './exif.ts'

/**
 * One element of a picture, such as a chunk: `keep` are the bytes of it that stay. `reach` is how far it goes, from the
 * picture's top left corner, in pixels; `orientation` is that of the whole picture.
 */
export type Element = {
  readonly keep: readonly Buffer[]
  readonly reach?: { readonly width: number; readonly height: number }
  readonly isFrame?: boolean
  readonly orientation?: number
}

/**
 * `width` and `height` hold the canvas and every frame, and are as the picture is shown, turned by its orientation.
 * `bare` is the picture without metadata; undefined where it has none.
 */
export type Survey = {
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly bare?: Buffer
}

/** The most that an orientation can take up more than the notes it is left of. */
const slack = 64
const nowhere = { width: 0, height: 0 }

/** Goes through the elements of a picture, in one pass and with one copy of it; undefined where none tells a size. */
export function survey(
  view: Buffer,
  elements: Iterable<Element>,
  seal: (bare: Buffer) => void = () => {},
): Survey | undefined {
  const copy = Buffer.allocUnsafe(view.length + slack)
  let [width, height, frames, end, orientation] = [0, 0, 0, 0, upright]
  for (const { keep, reach = nowhere, isFrame = false, orientation: told } of elements) {
    width = Math.max(width, reach.width)
    height = Math.max(height, reach.height)
    frames += Number(isFrame)
    orientation = told ?? orientation
    for (const part of keep) end += part.copy(copy, end)
  }
  if (width === 0 || height === 0) return undefined
  const bare = copy.subarray(0, end)
  seal(bare)
  const size = isTurned(orientation) ? { width: height, height: width } : { width, height }
  return { ...size, frames: Math.max(1, frames), ...(bare.equals(view) ? {} : { bare }) }
}
