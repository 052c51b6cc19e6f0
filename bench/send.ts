/**
 * The sender's whole handler against WeChat in a box that answers after 100 ms, with an AWS that answers from memory:
 * throughput beside its bound, processor time beside co-wechat-api's bare send, AWS calls, sockets, and what a template in
 * trouble does to the others.
 *
 * Ends with 1 if a demand is missed. `--rounds 2` is quicker.
 */

import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'

import { endOnSignal, say, wholeNumber } from '../kit/command.ts'

import { openHangingWay } from './send/hanging-wechat.ts'
import { measureCpu, measureOthers, measureSpeed, width } from './send/measure.ts'
import { bundleFunction, startPlain } from './send/processes.ts'
import { judge, renderVerdicts } from './send/report.ts'
import { openWorld } from './send/world.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const rounds = wholeNumber('rounds', values.rounds, 1)
const latencyMs = 100

endOnSignal()

const world = await openWorld(latencyMs)
const startFunction = await bundleFunction()
const lambda = startFunction({ wechat: world.url, aws: world.awsUrl })
const plain = startPlain(world.url)
tell('warming up')
await lambda.invoke([[]])
const first = await measureSpeed(100, 10, { lambda, world })
tell('throughput')
const hundred = await measureSpeed(100, 10, { lambda, world })
const fiveHundred = await measureSpeed(500, 4, { lambda, world })
tell('processor time beside co-wechat-api')
const cpu = await measureCpu(rounds, { lambda, plain })
const others = await measureTrouble()

const load = loadavg()[0]?.toFixed(1)
say(`N = ${width}, L = ${latencyMs} ms; load of the machine at the end: ${load}\n\n`)
const verdicts = judge({ bound: (width * 1000) / latencyMs, first, hundred, fiveHundred, cpu, others })
say(renderVerdicts(verdicts))
process.exit(verdicts.some(it => it.isMet === false) ? 1 : 0)

/** Each in a container of its own, for a breaker remembers. */
async function measureTrouble() {
  const way = await openHangingWay(world.url)
  const found = []
  for (const trouble of ['hangs', '40037'] as const) {
    for (const share of [10, 50]) {
      tell(`a template that ${trouble === 'hangs' ? 'hangs' : 'gives 40037'}, ${share} % of the messages`)
      const own = startFunction({ wechat: way.url, aws: world.awsUrl })
      await own.invoke([[]])
      found.push(await measureOthers(trouble, share, { lambda: own, world, way, latencyMs }))
      await own.stop()
    }
  }
  return found
}

function tell(what: string): void {
  process.stderr.write(`${what} …\n`)
}
