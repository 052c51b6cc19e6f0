/** Says what is wrong with a stage: `npm run doctor`; `--help` tells its options. */

import { styleText } from 'node:util'

import { findPlace } from './command/place.ts'
import { runCommand } from './command/run-command.ts'
import { openDoctorFunction } from './doctor/doctor-function.ts'
import { helpText, parseOptions } from './doctor/options.ts'
import { runDoctor } from './doctor/run-doctor.ts'

await runCommand({
  helpText,
  parse: parseOptions,
  run(options, session) {
    const place = findPlace(options, 'lambda', session.env)
    // A program reads the report, and nothing beside it.
    const tell = (text: string) => (options.json ? session.screen.problem(text) : session.screen.line(text))
    const examine = openDoctorFunction(place, { ...session, tell })
    // Only a terminal gets colours, and none where NO_COLOR is set.
    const paint = (colour: 'green' | 'yellow' | 'red' | 'dim', text: string) =>
      styleText(colour, text, { stream: process.stdout })
    return runDoctor(options, { ...session, place, examine, paint })
  },
})
