/**
 * What happens to template messages of an account to a person: `receipt` and `system` are accepted and then fail; `refuse`,
 * `blacklist` and `often` (too many recent messages) fail at once.
 */
export const blockings = ['none', 'receipt', 'system', 'refuse', 'blacklist', 'often'] as const

type Blocking = (typeof blockings)[number]

/** What only some people have with an Official Account; others take no memory here. */
export type Mark = { blocking: Blocking; remark: string; scene?: string }

/** The marks of one Official Account. */
export type Marks = ReturnType<typeof createMarks>

const plain: Mark = { blocking: 'none', remark: '' }

/** Creates the marks of an account. */
export function createMarks() {
  const marks = new Map<number, Mark>()
  return {
    all: () => [...marks],
    get: (person: number): Mark => marks.get(person) ?? plain,
    set: (person: number, change: Partial<Mark>) => {
      marks.set(person, { ...(marks.get(person) ?? plain), ...change })
    },
  }
}
