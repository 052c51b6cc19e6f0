/** `doctor`: says what is wrong with a stage. */

import { styleText } from 'node:util'

import { findPlace } from '../command/place.ts'
import type { Start } from '../command/session.ts'
import { openDoctorFunction } from './doctor-function.ts'
import { parseOptions } from './options.ts'
import { runDoctor } from './run-doctor.ts'

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 'lambda', session.env)
  // A program reads the report, and nothing beside it.
  const tell = options.json ? session.screen.problem : session.screen.line
  const examine = openDoctorFunction(place, { ...session, tell })
  // Only a terminal gets colours, and none where NO_COLOR is set.
  const paint = (colour: 'green' | 'yellow' | 'red' | 'dim', text: string) =>
    styleText(colour, text, { stream: process.stdout })
  return runDoctor(options, { ...session, place, examine, paint })
}
