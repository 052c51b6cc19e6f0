import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import type { DoctorDeps } from '../lib/doctor/deps.ts'
import { examine } from '../lib/doctor/doctor.ts'
import { accountLimits, openDoctor } from '../lib/runtime/doctor.ts'
import { secretNames } from '../lib/secret-names.ts'

/** The doctor's dependencies are opened again for each run. */
export const createHandler = (open: Open<() => DoctorDeps>) => scheduleFunction(open, openOne => examine(openOne()))

export const handler = createHandler(async () => () => ({ ...openDoctor(secretNames), ...accountLimits() }))
