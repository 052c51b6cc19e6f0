/** The result of a check, for people to act on. */

/** `not-checked`: an earlier problem, or a gap in WeChat's API, prevents the check. */
type Status = 'ok' | 'warning' | 'wrong' | 'not-checked'

/** `words` says what was found; `hint` which console page to open, what to paste there, or which command to run. */
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

/** `because` follows the words "not checked, because". */
export function notChecked(because: string, hint?: string): Finding {
  return { status: 'not-checked', words: `not checked, because ${because}`, ...(hint === undefined ? {} : { hint }) }
}

/** The worst first. */
const statuses: readonly Status[] = ['wrong', 'warning', 'not-checked', 'ok']

/** Merges findings without repeated texts: all that is wrong or a warning, the worst first; or else the worst of them. */
export function joined(findings: readonly Finding[]): Finding {
  const status = statuses.find(it => findings.some(finding => finding.status === it)) ?? 'ok'
  const told = status === 'wrong' ? [status, 'warning'] : [status]
  const all = told.flatMap(of => findings.filter(it => it.status === of))
  const words = [...new Set(all.map(it => it.words))].join('; ')
  const hints = [...new Set(all.flatMap(it => it.hint ?? []))]
  return { status, words, ...(hints.length === 0 ? {} : { hint: hints.join('; ') }) }
}

/** Thrown where another problem makes a check pointless; another check reports that problem. */
export class Unchecked extends Error {
  override readonly name = 'Unchecked'
}
