import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'

/** Runs the command with nothing else in its environment. */
async function run(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['local/start.ts', ...args], { env: { PATH: process.env.PATH, ...env } })
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { out, errors, code }
}

async function occupyPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

describe('npm start', () => {
  it('names a port in use and ends with 1 before it starts anything', async () => {
    const port = await occupyPort()

    const { errors, code } = await run(['--demo'], { API_PORT: String(port) })

    expect(errors).toContain(`Port ${port} on 127.0.0.1 (API) is in use; API_PORT chooses another one`)
    expect(code).toBe(1)
  })

  it('names all that is missing for another WeChat', async () => {
    const { errors, code } = await run([], { WECHAT_API_URL: 'http://127.0.0.1:9' })

    expect(errors).toMatch(/WECHAT_OFFICIAL_APPID, .*WECHAT_CALLBACK_TOKEN/)
    expect(code).toBe(1)
  })

  it('says that the demo needs the box when WECHAT_API_URL is another WeChat', async () => {
    const keys = ['OFFICIAL_APPID', 'OFFICIAL_SECRET', 'MINI_APPID', 'MINI_SECRET', 'CALLBACK_TOKEN']
    const env = Object.fromEntries(keys.map(name => [`WECHAT_${name}`, 'x']))

    const { errors, code } = await run(['--demo'], { ...env, WECHAT_API_URL: 'http://127.0.0.1:9' })

    expect(errors).toContain('The demo needs WeChat in a box')
    expect(code).toBe(1)
  })
})
