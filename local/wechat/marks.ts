/**
 * How template messages of an account to a person end: `receipt` and `system` are accepted and then fail; `refuse` and
 * `blacklist` fail at once, and so does `often`, who got too many of late.
 */
export const blockings = ['none', 'receipt', 'system', 'refuse', 'blacklist', 'often'] as const

type Blocking = (typeof blockings)[number]

/** What stands between one Official Account and a person; those about whom nothing does take no memory here. */
export type Mark = { blocking: Blocking; remark: string; scene?: string }

/** The marks of one Official Account. */
export type Marks = ReturnType<typeof createMarks>

const plain: Mark = { blocking: 'none', remark: '' }

/** Creates the marks of an account. */
export function createMarks() {
  const marks = new Map<number, Mark>()
  return {
    get: (person: number): Mark => marks.get(person) ?? plain,
    set: (person: number, change: Partial<Mark>) => {
      marks.set(person, { ...(marks.get(person) ?? plain), ...change })
    },
  }
}
