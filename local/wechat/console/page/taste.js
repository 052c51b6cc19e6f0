/** The visitor's language and theme, kept in this browser. */

const listeners = new Set()

const kept = name => {
  try {
    return localStorage.getItem(`queqiao-${name}`) ?? undefined
  } catch {
    return undefined
  }
}

const taste = {
  language: kept('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'),
  /** `system`, `light` or `dark`. */
  theme: kept('theme') ?? 'system',
}

/** The text in the visitor's language. */
export function t(english, chinese) {
  return taste.language === 'zh' ? chinese : english
}

/** The locale for dates and numbers. */
export const locale = () => (taste.language === 'zh' ? 'zh-CN' : 'en-GB')

/** What is chosen now. */
export const tasteOf = name => taste[name]

/** Chooses, and keeps it. */
export function choose(name, value) {
  taste[name] = value
  try {
    localStorage.setItem(`queqiao-${name}`, value)
  } catch {
    // A browser that keeps nothing still shows it until the page is closed.
  }
  apply()
  for (const listener of listeners) listener()
}

/** Calls the listener whenever something else is chosen. */
export function onTaste(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function apply() {
  document.documentElement.lang = taste.language === 'zh' ? 'zh-CN' : 'en'
  if (taste.theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = taste.theme
}

apply()
