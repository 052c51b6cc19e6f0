/** Tells how far it is: by a bar on a terminal, by a line now and then elsewhere. */

const barMs = 200
const lineMs = 10_000
const barWidth = 40

/** Runs `work` and shows meanwhile how much of it is done, by `part` from 0 to 1. */
export async function withProgress<T>(title: string, part: () => number, work: () => Promise<T>): Promise<T> {
  const { isTTY } = process.stderr
  const began = performance.now()
  const show = () => process.stderr.write(isTTY ? `\r${bar(title, part())}` : `${line(title, part(), began)}\n`)
  const timer = setInterval(show, isTTY ? barMs : lineMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    process.stderr.write(isTTY ? '\r\x1b[K' : `${line(title, part(), began)}\n`)
  }
}

function bar(title: string, part: number): string {
  const full = Math.round(Math.min(1, part) * barWidth)
  return `${title.padEnd(30)} ${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${percent(part)}`
}

function line(title: string, part: number, began: number): string {
  return `${title}: ${percent(part)} after ${((performance.now() - began) / 1000).toFixed(0)} s`
}

function percent(part: number): string {
  return `${Math.floor(Math.min(1, part) * 100)} %`
}
