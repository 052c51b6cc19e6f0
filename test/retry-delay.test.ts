import { expect, it } from 'vitest'

import { retryDelay } from '../lib/retry-delay.ts'

it.each([
  [0, 5, 10],
  [1, 5, 10],
  [2, 10, 20],
  [3, 20, 40],
  [5, 80, 160],
  [6, 150, 300],
  [100, 150, 300],
])('retryDelay › after %i attempts waits %i to %i s, by chance', (attempts, least, most) => {
  expect([retryDelay(attempts, () => 0), retryDelay(attempts, () => 1)]).toEqual([least, most])
})
