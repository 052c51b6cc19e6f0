import { SQSClient } from '@aws-sdk/client-sqs'
import { expect, it, onTestFinished } from 'vitest'

import { readSettings } from '../../local/environment.ts'
import { playInBox } from '../../local/play.ts'
import { createSteps } from '../../local/steps.ts'
import { createWeChatControl } from '../../local/wechat-control.ts'
import { openTestBox } from './wechat/open-test-box.ts'

it('plays nothing in a box that pushes to another stack, and leaves its URL to that one', async () => {
  const { box } = await openTestBox()
  const { wechat } = readSettings({})
  const other = 'http://127.0.0.1:9/callback'
  const control = createWeChatControl(box.url)
  await control.pushTo(other, wechat, AbortSignal.timeout(5000))
  const sqs = new SQSClient({ region: 'ap-southeast-1' })
  onTestFinished(() => sqs.destroy())
  const played: string[] = []
  const steps = createSteps({ write: text => played.push(text), now: () => 0, problems: () => [] })

  await playInBox(
    { addresses: { api: 'http://127.0.0.1:10', wechat: box.url, eventsQueueUrl: 'http://127.0.0.1:10/events' }, sqs },
    { wechatApiUrl: box.url, wechat, isWithoutReceipts: false },
    { steps, templateId: 'any', isDemo: false, hasAccounts: false },
  )

  expect(played).toEqual([])
  expect(await control.receiver(AbortSignal.timeout(5000))).toBe(other)
})
