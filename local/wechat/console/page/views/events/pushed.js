/** The events that this page has pushed, so that they can be repeated; kept while the tab is open. */

const most = 50
const name = 'queqiao-pushed'

const kept = () => {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? '[]')
  } catch {
    return []
  }
}

/** The JSON of an event, if it was pushed from here. */
export const bodyOf = id => kept().find(it => it.id === id)?.body

/** Remembers it. */
export function keepBody(id, body) {
  const others = kept().filter(it => it.id !== id)
  try {
    sessionStorage.setItem(name, JSON.stringify([{ id, body }, ...others].slice(0, most)))
  } catch {
    // A browser that keeps nothing cannot repeat: the form still can.
  }
}

/** A new id beside another, or one of its own. */
export function newId(of = 'order') {
  const mark = Math.random().toString(36).slice(2, 8)
  return `${of
    .replace(/-[a-z0-9]{6}$/, '')
    .replaceAll(/[^A-Za-z0-9._:@=+-]/g, '-')
    .slice(0, 110)}-${mark}`
}
