import { createServer, type RequestListener } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { createWeChatControl, isBox } from '../../local/wechat-control.ts'
import { listen } from '../listen.ts'
import { openStandIn } from './stand-in-wechat.ts'
import { openTestBox } from './wechat/open-test-box.ts'

const signal = () => AbortSignal.timeout(5000)
const keys = { callbackToken: 'tokenOfTheConsole', callbackAesKey: '' }

async function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener))
}

it('knows the box by what it says of itself', async () => {
  expect(await isBox((await openTestBox()).box.url)).toBe(true)
})

it('takes nothing else for the box, whatever its status is', async () => {
  const wechat = await openStandIn()
  onTestFinished(wechat.close)
  const other = await serve((_, response) => response.end('{"box":"another-simulator"}'))

  // WeChat answers 200 to any path, and another simulator may have a clock as well.
  expect([await isBox(wechat.url), await isBox(other), await isBox('http://127.0.0.1:9')]).toEqual([
    false,
    false,
    false,
  ])
})

it('is led to no other host, which would get the Token', async () => {
  const seen: string[] = []
  const elsewhere = await serve((request, response) => {
    seen.push(request.url ?? '')
    response.end('{"box":"queqiao-wechat"}')
  })
  const leading = await serve((request, response) => {
    response.writeHead(307, { location: `${elsewhere}${request.url}` }).end()
  })

  expect(await isBox(leading)).toBe(false)
  await expect(createWeChatControl(leading).pushTo('http://127.0.0.1/callback', keys, signal())).rejects.toThrow('307')
  expect(seen).toEqual([])
})

it('tells whom the box pushes to', async () => {
  const { box } = await openTestBox()
  const control = createWeChatControl(box.url)
  expect(await control.receiver(signal())).toBe(undefined)
  await control.pushTo('http://127.0.0.1:9/callback', keys, signal())
  expect(await control.receiver(signal())).toBe('http://127.0.0.1:9/callback')
})
