/** Each record in docs/decisions/ says whether it holds, since when, and what took its place. */

import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { describe, expect, it } from 'vitest'

const folder = resolve(import.meta.dirname, '../docs/decisions')
const files = (await readdir(folder)).filter(it => /^\d/.test(it))
const decisions = await Promise.all(
  files.map(async file => ({ file, text: await readFile(join(folder, file), 'utf8') })),
)

describe('a decision', () => {
  it('begins with its number, its status and its date', () => {
    const head = /^# (\d{4}) .+\n\n(?:Accepted|Proposed|Rejected) \d{4}-\d\d-\d\d\.(?: .*)?\n\n/
    const lost = decisions.filter(({ file, text }) => head.exec(text)?.[1] !== file.slice(0, 4))
    expect(lost.map(({ file }) => file)).toEqual([])
    expect(decisions.length).toBeGreaterThan(26)
  })

  it('that is superseded names a later one', () => {
    const claims = decisions.flatMap(({ file, text }) =>
      [...text.matchAll(/uperseded by(?: \[\d+\]\(([^)]*)\))?/g)].map(([, by = '']) => ({ file, by })),
    )
    expect(claims.filter(({ file, by }) => by <= file || !files.includes(by))).toEqual([])
    expect(claims.length).toBeGreaterThan(0)
  })
})
