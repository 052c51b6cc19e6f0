import { scheduleFunction } from '../lib/adapters/lambda.ts'
import { examine } from '../lib/doctor/doctor.ts'
import { openDoctor } from '../lib/runtime/doctor.ts'

export const handler = scheduleFunction(
  async () => openDoctor,
  open => examine(open()),
)
