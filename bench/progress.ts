/** Tells how far it is, beside what is printed: by a bar on a terminal, by a line now and then elsewhere. */

import { createScreen } from '../tools/command/screen.ts'

const { stderr } = process
const write = (text: string) => void stderr.write(text)
const columns = () => (stderr.isTTY ? stderr.columns : undefined)
const showEveryMs = 200

/** Shows, while `work` runs, how much of it is done (0 to 1): by what the work tells, or by `part` where that is given. */
export async function withProgress<T>(
  title: string,
  work: (tell: (part: number) => void) => Promise<T>,
  part?: () => number,
): Promise<T> {
  const screen = createScreen({ write, writeError: write, columns, now: () => performance.now() })
  const began = performance.now()
  let told = 0
  const share = () => Math.min(1, part?.() ?? told)
  const facts = () =>
    `${title}: ${Math.floor(share() * 100)} % after ${((performance.now() - began) / 1000).toFixed(0)} s`
  const timer = setInterval(() => screen.progress(facts(), share()), showEveryMs)
  try {
    return await work(it => {
      told = it
    })
  } finally {
    clearInterval(timer)
    screen.line(facts())
  }
}
