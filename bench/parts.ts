/** The parts of the bench, in the order in which they run. */

import { coldStart } from './cold-start.ts'
import { cost } from './cost.ts'
import { growth } from './growth.ts'
import type { Part } from './part.ts'
import { walk } from './walk.ts'

export const parts: readonly Part[] = [walk, coldStart, cost, growth]
