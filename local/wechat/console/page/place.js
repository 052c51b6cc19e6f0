/** Where the visitor is: all of it is in the URL, so that a reload, a link and the back button work. */

const listeners = new Set()

/** The parameter of the URL, or undefined. */
export function placeOf(name) {
  return new URLSearchParams(location.search).get(name) ?? undefined
}

/** The URL with these parameters changed; undefined removes one. */
export function linkTo(change) {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  return text === '' ? '/' : `/?${text}`
}

/** Goes there; `replace` leaves no step in the history, as for every letter of a search. */
export function goTo(change, { replace = false } = {}) {
  const link = linkTo(change)
  if (link === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState']({}, '', link)
  tell()
}

/** Follows a link without loading the page again, unless the visitor wants another tab. */
export function followLink(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  const { search, pathname } = new URL(event.currentTarget.href)
  history.pushState({}, '', pathname + search)
  tell()
}

/** Calls the listener whenever the place changed. */
export function onPlace(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function tell() {
  for (const listener of listeners) listener()
}

addEventListener('popstate', tell)
