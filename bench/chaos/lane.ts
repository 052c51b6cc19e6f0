/** A lane as a process of its own, for it has a clock of its own. */

import '../../kit/clock.ts'

import { openPeer } from '../../kit/peer.ts'
import { endWithParent } from '../../kit/usage.ts'
import type { FunctionName } from './container.ts'
import { type Plan, runLane } from './run.ts'

const call = openPeer(process, { lane: { run } })
endWithParent()

function run(plan: Plan, file: string, name: FunctionName) {
  return runLane(plan, { file, name, tell: done => void call('chaos', 'tell', [plan.lane, done]) })
}
