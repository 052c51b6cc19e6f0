/** What a check found, for people to act on. */

/** `not-checked` where an earlier trouble, or nothing on WeChat's side, lets it be known. */
type Status = 'ok' | 'warning' | 'wrong' | 'not-checked'

/** `words` says what is so, `cure` which page to open with which value to paste, or which command to run. */
export type Finding = { readonly status: Status; readonly words: string; readonly cure?: string }

export function ok(words: string): Finding {
  return { status: 'ok', words }
}

export function warning(words: string, cure: string): Finding {
  return { status: 'warning', words, cure }
}

export function wrong(words: string, cure: string): Finding {
  return { status: 'wrong', words, cure }
}

/** `because` goes on after the words "not checked, because". */
export function notChecked(because: string, cure?: string): Finding {
  return { status: 'not-checked', words: `not checked, because ${because}`, ...(cure === undefined ? {} : { cure }) }
}

/** A trouble that makes a check senseless; another check tells of it. */
export class Unchecked extends Error {
  override readonly name = 'Unchecked'
}
