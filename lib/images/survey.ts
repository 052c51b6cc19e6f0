/** Combines the elements of a picture: its extent, its frames, and its bytes without metadata. */

import { isTurned, upright } from './exif.ts'

/**
 * One element of a picture, such as a chunk: `keep` holds the bytes to keep. `reach` is its extent from the picture's
 * top left corner, in pixels; `orientation` applies to the whole picture.
 */
export type Element = {
  readonly keep: readonly Buffer[]
  readonly reach?: { readonly width: number; readonly height: number }
  readonly isFrame?: boolean
  readonly orientation?: number
}

/**
 * `width` and `height` cover the canvas and every frame, as displayed, with the orientation applied. `bare` is the
 * picture without metadata; undefined if it has none.
 */
export type Survey = {
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly bare?: Buffer
}

/** The most bytes by which an orientation segment can exceed the EXIF data that it replaces. */
const slack = 64
const nowhere = { width: 0, height: 0 }

/** Combines the elements in one pass, with one copy of the picture; undefined if none has a size. */
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
