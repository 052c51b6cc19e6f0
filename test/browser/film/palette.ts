/** The colours of a film: a page has few, so that the most frequent 255 are nearly all of it. */
import type { Picture } from './read-png.ts'

/** A colour as one number: 0xrrggbb. */
type Rgb = number
export type Palette = {
  /** Three bytes a colour, beginning with that of `transparent`. */
  readonly colours: Buffer
  /** One byte a pixel. */
  readonly numbersOf: (picture: Picture) => Buffer
}

/** The number of what stays as it is in the frame before. */
export const transparent = 0
const most = 255

/** Chooses the colours for these pictures. */
export function choosePalette(pictures: readonly Picture[]): Palette {
  const counts = new Map<Rgb, number>()
  for (const picture of pictures)
    for (const colour of coloursOf(picture)) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one).map(([colour]) => colour)
  const chosen = sorted.slice(0, most)
  const numbers = new Map(sorted.map(colour => [colour, nearest(chosen, colour) + 1]))
  return {
    colours: Buffer.from([0, ...chosen].flatMap(channelsOf)),
    numbersOf: picture => Buffer.from(coloursOf(picture).map(it => numbers.get(it) ?? transparent)),
  }
}

function coloursOf({ pixels }: Picture): Uint32Array {
  const colours = new Uint32Array(pixels.length / 3)
  for (let at = 0; at < colours.length; at += 1) colours[at] = pixels.readUIntBE(at * 3, 3)
  return colours
}

const channelsOf = (colour: Rgb): [number, number, number] => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]

function nearest(chosen: readonly Rgb[], colour: Rgb): number {
  const [red, green, blue] = channelsOf(colour)
  const distances = chosen.map(it => {
    const [r, g, b] = channelsOf(it)
    return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2
  })
  return distances.indexOf(Math.min(...distances))
}
