/** Tells how far it is, beside what is printed: by a bar on a terminal, by a line now and then elsewhere. */

import { createScreen } from '../tools/command/screen.ts'

const { stderr } = process
const write = (text: string) => void stderr.write(text)
const columns = () => (stderr.isTTY ? stderr.columns : undefined)
const showEveryMs = 200

/** Runs `work` and shows meanwhile how much of it is done, by `part` from 0 to 1. */
export async function withProgress<T>(title: string, part: () => number, work: () => Promise<T>): Promise<T> {
  const screen = createScreen({ write, writeError: write, columns, now: () => performance.now() })
  const began = performance.now()
  const facts = () => {
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    return `${title}: ${Math.floor(Math.min(1, part()) * 100)} % after ${seconds} s`
  }
  const timer = setInterval(() => screen.progress(facts(), part()), showEveryMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    screen.line(facts())
  }
}
