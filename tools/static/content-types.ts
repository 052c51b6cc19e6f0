/** What a file is, by its ending. */

import mime from 'mime'

const unknown = 'application/octet-stream'
const isText = /^text\/|^application\/json$/

/** Answers `application/octet-stream` for an ending that is not known; texts are in UTF-8. */
export function contentTypeOf(name: string): string {
  // A name without a dot has no ending, and would be taken for one itself.
  const type = /\.[^./]+$/.test(name) ? (mime.getType(name) ?? unknown) : unknown
  return isText.test(type) ? `${type}; charset=utf-8` : type
}
