/** The parts of the bench, in the order in which they run. */

import { correctness } from './correctness.ts'
import type { Part } from './part.ts'
import { speed } from './speed.ts'

export const parts: readonly Part[] = [correctness, speed]
