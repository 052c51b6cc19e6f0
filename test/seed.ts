/** One printed seed for all property tests: FAST_CHECK_SEED=<it> repeats a run. */

import fc from 'fast-check'
import { inject } from 'vitest'

fc.configureGlobal({ seed: inject('seed') })
