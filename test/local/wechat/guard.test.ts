import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createGuard } from '../../../local/wechat/console/guard.ts'

/** A request of another machine of the network. */
function fromElsewhere(headers: Record<string, string>, url = '/_box') {
  const socket = new Socket()
  Object.defineProperties(socket, { remoteAddress: { value: '192.0.2.7' }, localAddress: { value: '192.0.2.1' } })
  return Object.assign(new IncomingMessage(socket), { url, headers })
}

test('another machine is let in by the token alone', () => {
  const guard = createGuard('0.0.0.0')
  const host = '192.0.2.1:3100'

  expect(guard.judge(fromElsewhere({ host }))).toMatchObject({ status: 401 })
  expect(guard.judge(fromElsewhere({ host, authorization: 'Bearer 0123' }))).toMatchObject({ status: 401 })
  expect(guard.judge(fromElsewhere({ host, authorization: `Bearer ${guard.token}` }))).toEqual({})
  expect(guard.judge(fromElsewhere({ host }, `/?token=${guard.token}`))).toHaveProperty('cookie')
  const foreign = { host, origin: 'http://evil.example', cookie: `queqiao-console=${guard.token}` }
  expect(guard.judge(fromElsewhere(foreign))).toMatchObject({ status: 403 })
})

test('two boxes have different tokens, and one on loopback has none', () => {
  expect(createGuard('0.0.0.0').token).not.toBe(createGuard('0.0.0.0').token)
  for (const host of ['127.0.0.1', 'localhost', '::1']) expect(createGuard(host).token).toBeUndefined()
})
