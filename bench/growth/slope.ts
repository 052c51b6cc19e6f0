/** How a figure grows with the data: the slope of the straight line through their logarithms. */

export type Point = { readonly size: number; readonly value: number }

/** The exponent of size that the values follow, by least squares: 0 where they stay, 1 where they grow as the data does. */
export function slopeOf(points: readonly Point[]): number {
  if (points.length < 2) throw new Error('a slope takes two points')
  // What is nothing everywhere does not grow; a single nothing has no logarithm.
  if (points.every(it => it.value === 0)) return 0
  const logs = points.map(({ size, value }) => ({ x: Math.log(size), y: Math.log(value) }))
  const [x, y] = [meanOf(logs.map(it => it.x)), meanOf(logs.map(it => it.y))]
  const sum = (of: (it: { x: number; y: number }) => number) => logs.reduce((total, it) => total + of(it), 0)
  return sum(it => (it.x - x) * (it.y - y)) / sum(it => (it.x - x) ** 2)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, it) => sum + it, 0) / values.length
}
