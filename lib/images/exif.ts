/** The one EXIF tag that changes how a picture is displayed: its orientation, 1 to 8. */

const orientationTag = 0x0112
const short = 3
const entryBytes = 12

/** Upright; also the default without a tag. */
export const upright = 1

/** Reads the orientation from EXIF data that begins with a TIFF header; upright if absent or damaged. */
export function orientationIn(notes: Buffer): number {
  const read = readerOf(notes)
  if (read === undefined || notes.length < 8) return upright
  const directory = read.long(4)
  if (directory + 2 > notes.length) return upright
  const first = directory + 2
  const last = Math.min(first + read.short(directory) * entryBytes, notes.length) - entryBytes
  for (let at = first; at <= last; at += entryBytes) {
    if (read.short(at) === orientationTag && read.short(at + 2) === short) return known(read.short(at + 8))
  }
  return upright
}

/** EXIF data with the orientation only; undefined if the picture is upright. */
export function orientationAlone(orientation: number): Buffer | undefined {
  if (orientation === upright) return undefined
  const notes = Buffer.alloc(26)
  notes.write('MM\0*', 'latin1')
  notes.writeUInt32BE(8, 4)
  notes.writeUInt16BE(1, 8)
  notes.writeUInt16BE(orientationTag, 10)
  notes.writeUInt16BE(short, 12)
  notes.writeUInt32BE(1, 14)
  notes.writeUInt16BE(orientation, 18)
  return notes
}

/** Whether width and height are swapped when the picture is displayed. */
export function isTurned(orientation: number): boolean {
  return orientation >= 5
}

function known(orientation: number): number {
  return orientation >= 1 && orientation <= 8 ? orientation : upright
}

function readerOf(notes: Buffer) {
  const start = notes.toString('latin1', 0, 4)
  if (start === 'MM\0*') {
    return { short: (at: number) => notes.readUInt16BE(at), long: (at: number) => notes.readUInt32BE(at) }
  }
  if (start !== 'II*\0') return undefined
  return { short: (at: number) => notes.readUInt16LE(at), long: (at: number) => notes.readUInt32LE(at) }
}
