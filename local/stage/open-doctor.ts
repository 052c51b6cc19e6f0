/** The function that examines a stage. */

import { report } from './doctor-report.ts'
import { openFunction } from './function.ts'
import type { Means } from './means.ts'
import type { Place } from './place.ts'
import type { Waiting } from './wake.ts'

/** Opens the function, which has 60 s. */
export function openDoctor(place: Place, { signal, ...waiting }: Pick<Means, 'signal'> & Waiting) {
  return openFunction(place, 'doctor', { shape: report, signal, answerLimitMs: 70_000, waiting })
}
