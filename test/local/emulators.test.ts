import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { createClosing } from '../../local/closing.ts'
import { openEmulators } from '../../local/emulators.ts'
import { readSettings } from '../../local/environment.ts'
import { pickFreePort } from '../../local/ports.ts'
import { listen } from '../listen.ts'
import { unhandledIn } from '../unhandled.ts'

// The keys of the sessions were awaited amid the list of what is opened: until then nobody heard of what failed.
it('says that a part cannot be opened to whoever opens them all', async () => {
  const taken = new URL(await listen(createServer())).port
  const elsewhere = 'http://127.0.0.1:1'
  const endpoints = { dynamodb: elsewhere, sqs: elsewhere, s3: elsewhere }
  const settings = { ...readSettings({ WECHAT_PORT: taken }), endpoints }
  const closing = createClosing()
  const unhandled = await unhandledIn(async () => {
    const opening = openEmulators(settings, await pickFreePort('127.0.0.1'), { closing, kept: undefined })
    await expect(opening).rejects.toThrow('EADDRINUSE')
  })
  await closing.close()
  expect(unhandled).toEqual([])
})
