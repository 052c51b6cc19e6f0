/** The parts of the bench, in the order in which they run. */

import { coldStart } from './cold-start.ts'
import { correctness } from './correctness.ts'
import { cost } from './cost.ts'
import { growth } from './growth.ts'
import type { Part } from './part.ts'
import { speed } from './speed.ts'
import { sync } from './sync.ts'

export const parts: readonly Part[] = [correctness, speed, sync, coldStart, cost, growth]
