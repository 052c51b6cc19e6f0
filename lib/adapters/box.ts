/** Whether what is called as WeChat is our simulator: it says so itself, and nothing is told to it. */

import * as v from 'valibot'

const limitMs = 3000
const said = v.object({ box: v.literal('queqiao-wechat') })

/** Asks once; whoever does not answer so is taken for WeChat. */
export async function isBoxAt(url: URL): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/_box', url), { redirect: 'manual', signal: AbortSignal.timeout(limitMs) })
    return v.is(said, JSON.parse(await answer.text()))
  } catch {
    // Nothing that is the simulator fails here.
    return false
  }
}
