import * as v from 'valibot'

/**
 * Describes in a few words what is wrong with an input, and where.
 *
 * Only in our own words: the library's messages repeat the input, which may be anything.
 */
export function sayIssue(issue: v.BaseIssue<unknown>, whole: string): string {
  const field = v.getDotPath(issue)
  if (issue.expected === 'never') return `${field} is not a field of ${whole}`
  if (field !== null && issue.received === 'undefined') return `${field} is missing`
  const words = issue.message.startsWith('Invalid ') ? 'is wrong' : issue.message
  return `${field ?? whole} ${words}`
}
