/** `doctor`: asks the function, and prints what it found to be wrong with a stage. */

import { styleText } from 'node:util'

import { openDoctor } from '../../local/stage/open-doctor.ts'
import { findPlace, whereIs } from '../../local/stage/place.ts'
import { type Start, whileAsking } from '../command/session.ts'
import { type Paint, renderEnd, renderFinding } from './lines.ts'
import { parseOptions } from './options.ts'

/** Only a terminal gets colours, and none where NO_COLOR is set. */
const paint: Paint = (colour, text) => styleText(colour, text, { stream: process.stdout })

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 'lambda', session.env)
  const { screen } = session
  // A program reads the report, and nothing beside it.
  const doctor = openDoctor(place, { ...session, tell: options.json ? screen.problem : screen.line })
  return whileAsking(session, async () => {
    screen.line(`The doctor looks at stage ${options.stage} (${whereIs(place)}) · 正在检查`)
    const found = await doctor.ask(options.app === undefined ? {} : { app: options.app })
    screen.json(found)
    for (const it of found.checks) screen.line(renderFinding(it, paint))
    screen.line(renderEnd(found, paint))
    return found.isWell ? 0 : 1
  })
}
