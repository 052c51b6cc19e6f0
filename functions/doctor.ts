import { type Open, scheduleFunction } from '../lib/adapters/lambda.ts'
import type { DoctorDeps } from '../lib/doctor/deps.ts'
import { examine, parseDoctorOrder } from '../lib/doctor/doctor.ts'
import { apps } from '../lib/runtime/apps.ts'
import { accountLimits, boxOfStage, openDoctor } from '../lib/runtime/doctor.ts'
import { servers } from '../lib/runtime/doctor-servers.ts'
import { secretNamesOf } from '../lib/secret-names.ts'

/** The doctor's dependencies are opened again for each run. */
export const createHandler = (open: Open<() => DoctorDeps>) =>
  scheduleFunction(open, (openOne, { input }) => examine(openOne(), parseDoctorOrder(input)))

export const handler = createHandler(async () => {
  const box = await boxOfStage()
  return () => ({ ...openDoctor(secretNamesOf(apps())), ...box, ...accountLimits(), ...servers() })
})
