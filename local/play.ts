/** Plays the main job once, in the box that a stack uses. */

import { playAccounts } from './accounts-story.ts'
import type { Settings } from './environment.ts'
import type { Stack } from './stack.ts'
import type { Steps } from './steps.ts'
import { playStory } from './story.ts'
import { createWeChatControl } from './wechat-control.ts'

const controlLimitMs = 5000

/** The stack that plays, and where it and the box are. */
type Player = Pick<Stack, 'sqs'> & { addresses: Pick<Stack['addresses'], 'api' | 'wechat' | 'eventsQueueUrl'> }
type Play = { steps: Steps; templateId: string; isDemo: boolean; hasAccounts: boolean }

/** Plays it, by step. Unless it is the demo, a box that pushes to another stack goes on doing so, and nothing is played. */
export async function playInBox(
  { addresses, sqs }: Player,
  settings: Pick<Settings, 'wechatApiUrl' | 'wechat' | 'isWithoutReceipts'>,
  { steps, templateId, isDemo, hasAccounts }: Play,
): Promise<void> {
  const callback = `${addresses.api}/callback`
  // Our own box was opened with this URL; another one must be configured.
  if (settings.wechatApiUrl !== undefined) {
    const control = createWeChatControl(addresses.wechat)
    const receiver = await control.receiver(AbortSignal.timeout(controlLimitMs))
    if (!isDemo && receiver !== undefined && receiver !== callback) return
    await control.pushTo(callback, settings.wechat, AbortSignal.timeout(controlLimitMs))
  }
  if (hasAccounts) await playAccounts({ ...addresses, sqs }, steps)
  else await playStory({ ...addresses, sqs, templateId, isWithoutReceipts: settings.isWithoutReceipts }, steps)
}
