/** A flame graph as SVG: the callers below, what they call above, as wide as the time that it took. */

import type { Frame } from './fold.ts'

const [width, rowHeight, margin] = [1_200, 16, 28]
/** Narrower ones are left out, and narrower still have no name. */
const [leastWidth, leastNamed] = [5, 34]
/** Of a letter. */
const letterWidth = 6.2

/** Draws it, with a title. */
export function drawFlame(root: Frame, title: string): string {
  const scale = width / Math.max(1, root.us)
  const rows: string[][] = []
  const draw = (frame: Frame, left: number, depth: number): void => {
    if (frame.us * scale < leastWidth) return
    if (rows.length === depth) rows.push([])
    rows[depth]?.push(drawFrame(frame, { left, width: frame.us * scale, depth, total: root.us }))
    let at = left
    for (const it of [...frame.frames].sort((a, b) => b.us - a.us)) {
      draw(it, at, depth + 1)
      at += it.us * scale
    }
  }
  draw(root, 0, 0)
  const height = rows.length * rowHeight + margin
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 ${-height} ${width} ${height}" font-family="monospace" font-size="10">`,
    `<title>${escaped(title)}</title>`,
    `<rect y="${-height}" width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="6" y="${-height + 17}" font-size="13">${escaped(title)} (${(root.us / 1e6).toFixed(1)} s)</text>`,
    ...rows.flat(),
    '</svg>\n',
  ].join('\n')
}

type Place = { readonly left: number; readonly width: number; readonly depth: number; readonly total: number }

function drawFrame({ name, owner, us }: Frame, { left, width, depth, total }: Place): string {
  const y = -(depth + 1) * rowHeight
  const percent = ((100 * us) / total).toFixed(1)
  const shape = `<rect x="${left.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${rowHeight - 1}" fill="${colourOf(owner)}"/>`
  const text = width < leastNamed ? '' : nameIn(`${name} ${owner}`, left, { width, y })
  return `<g><title>${escaped(`${name}, ${owner}: ${percent} %`)}</title>${shape}${text}</g>`
}

function nameIn(name: string, left: number, { width, y }: { readonly width: number; readonly y: number }): string {
  const letters = Math.floor((width - 6) / letterWidth)
  return `<text x="${(left + 3).toFixed(1)}" y="${y + 11}">${escaped(name.slice(0, letters))}</text>`
}

/** Ours in orange, the AWS SDK in blue, other packages in grey, Node in green. */
function colourOf(owner: string): string {
  if (owner === 'queqiao') return '#f4a261'
  if (owner.startsWith('@aws-sdk') || owner.startsWith('@smithy')) return '#8ecae6'
  return owner.startsWith('node') ? '#a7c957' : '#ced4da'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
