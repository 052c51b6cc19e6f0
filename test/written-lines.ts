/** The lines that our code writes into the log, as CloudWatch gets them, instead of into the test's output. */

import * as v from 'valibot'
import { onTestFinished, vi } from 'vitest'

const line = v.looseObject({ level: v.string(), message: v.string() })

export type WrittenLine = v.InferOutput<typeof line>

/** Listens until the test ends; the answer gives what was written so far, without the metrics. */
export function writtenLines(): () => readonly WrittenLine[] {
  const texts: string[] = []
  const spies = [process.stdout, process.stderr].map(out =>
    vi.spyOn(out, 'write').mockImplementation(text => texts.push(`${text}`) > 0),
  )
  onTestFinished(() => {
    for (const it of spies) it.mockRestore()
  })
  return () =>
    texts
      .join('')
      .split('\n')
      .filter(it => it.startsWith('{"level"'))
      .map(it => v.parse(line, JSON.parse(it)))
}
