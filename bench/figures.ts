/** Medians, ratios and spreads, and a table of them for a terminal or a Markdown file. */

/** The middle of an odd number of values, the upper middle of an even one. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** The median with the least and the most, as a row of the bench has it. */
export function spread(values: readonly number[]): { median: number; min: number; max: number } {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/** The value that so many percent do not exceed: the 99th of a hundred for 99. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** 25001 becomes `25,001`. */
export function whole(count: number): string {
  return count.toLocaleString('en')
}

/** How it ended with a demand; nothing, where nothing is demanded. */
export function verdictOf(isMet: boolean | undefined): string {
  return isMet === undefined ? '' : isMet ? 'met' : 'MISSED'
}

/** Renders rows as a Markdown table whose columns line up; the first two columns are text, the others numbers. */
export function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => row[column]?.length ?? 0)))
  const isText = (column: number) => column < 2
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, at) => (isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
    return `| ${cells.join(' | ')} |\n`
  }
  const rule = widths.map((width, at) => (isText(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [head, rule, ...rows].map(line).join('')
}
