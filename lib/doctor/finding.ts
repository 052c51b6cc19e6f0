/** What a check found, for people to act on. */

/** `not-checked` where an earlier trouble, or nothing on WeChat's side, lets it be known. */
type Status = 'ok' | 'warning' | 'wrong' | 'not-checked'

/** `words` says what is so, `hint` which page to open with which value to paste, or which command to run. */
export type Finding = { readonly status: Status; readonly words: string; readonly hint?: string }

export function ok(words: string): Finding {
  return { status: 'ok', words }
}

export function warning(words: string, hint: string): Finding {
  return { status: 'warning', words, hint }
}

export function wrong(words: string, hint: string): Finding {
  return { status: 'wrong', words, hint }
}

/** `because` goes on after the words "not checked, because". */
export function notChecked(because: string, hint?: string): Finding {
  return { status: 'not-checked', words: `not checked, because ${because}`, ...(hint === undefined ? {} : { hint }) }
}

/** In the order in which they count. */
const statuses: readonly Status[] = ['wrong', 'warning', 'not-checked', 'ok']

/** One finding of several: what is worst in them, each word and hint once. */
export function joined(findings: readonly Finding[]): Finding {
  const status = statuses.find(it => findings.some(finding => finding.status === it)) ?? 'ok'
  const worst = findings.filter(it => it.status === status)
  const words = [...new Set(worst.map(it => it.words))].join('; ')
  const hints = [...new Set(worst.flatMap(it => it.hint ?? []))]
  return { status, words, ...(hints.length === 0 ? {} : { hint: hints.join('; ') }) }
}

/** A trouble that makes a check senseless; another check tells of it. */
export class Unchecked extends Error {
  override readonly name = 'Unchecked'
}
