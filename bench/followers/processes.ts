/** The function beside this process, as it is deployed: bundled, and with the limits of its memory. */

import { join } from 'node:path'

import type { Services } from '../../kit/peer.ts'
import { bundle, type Started, start } from '../../kit/processes.ts'

/** What the function may take, in MB. */
export const memoryMb = 256

/** Lambda's bootstrap gives a tenth of the memory to the young generation, half of it to each semi-space. */
const asOnLambda = [
  `--max-semi-space-size=${Math.floor(memoryMb / 20)}`,
  `--max-old-space-size=${memoryMb - Math.floor(memoryMb / 10)}`,
]

/** Starts it against this WeChat. */
export async function startFunction(wechatUrl: string, services: Services): Promise<Started> {
  const file = await bundle(join(import.meta.dirname, 'function.ts'))
  return start(file, { services, execArgv: asOnLambda, args: [wechatUrl] })
}
