/** WeChat in a box and AWS in memory, with followers, their links and a token. */

import { openControl } from '../../kit/control.ts'
import { startWeChat } from '../../kit/processes.ts'
import { fetchToken, readArrivals, settle } from '../addressees.ts'
import { followers, linkRows, tokenRow } from '../speed/load.ts'
import { startAws } from '../speed/processes.ts'

/** Opens it. */
export async function openWorld() {
  const aws = startAws()
  const [{ url }, awsUrl] = await Promise.all([startWeChat(), aws.url()])
  const control = openControl(url)
  await settle(control, followers)
  await aws.fill('links', linkRows())
  await aws.fill('tokens', [tokenRow(await fetchToken(url))])
  return {
    ...{ url, aws, awsUrl, control },
    /** When the message of each event arrived (ms), by the event's number. */
    async arrivals(): Promise<ReadonlyMap<number, number>> {
      return new Map((await readArrivals(control)).map(({ number, at }) => [number, at]))
    },
  }
}
