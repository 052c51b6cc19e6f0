/** The switches of the console: faults with a plain word each. */
import type { OfficialAccount } from '../app.ts'
import type { Box } from '../box.ts'
import { switchNames, switchOf } from '../switches.ts'
import { ControlError } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { officialNamed } from './which-app.ts'

/** Routes of the switches. */
export const switchRoutes: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/switches',
    run: ({ box, query }) => list(box, officialNamed(box, query.get('app') ?? undefined)),
  },
  { method: 'POST', path: '/switches', run: set },
]

function list(box: Box, account: OfficialAccount) {
  return switchNames.map(name => ({ name, on: switchOf(name).isOn({ box, account }) }))
}

function set({ box, input }: ControlCall) {
  const account = officialNamed(box, input.text('app'))
  const { on, off } = switchOf(input.required('name', input.choice('name', switchNames)))
  if (input.required('on', input.flag('on'))) {
    const problem = on({ box, account })
    if (problem !== undefined) throw new ControlError(problem, 409)
  } else off({ box, account })
  return list(box, account)
}
