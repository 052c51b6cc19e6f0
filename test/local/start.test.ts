import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { listen } from '../listen.ts'
import { account } from './readme-account.ts'

/** Runs the command with nothing else in its environment. */
async function run(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['local/start.ts', ...args], { env: { PATH: process.env.PATH, ...env } })
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { out, errors, code }
}

describe('npm start', () => {
  it.each([
    ['--help', 0, /^npm start .*starts everything/, ''],
    ['--demos', 2, /^$/, /'--demos'.*npm start -- --help/],
  ])('answers %s with %i and starts nothing', async (option, wanted, told, refused) => {
    const { out, errors, code } = await run([option], { WECHAT_API_URL: 'http://127.0.0.1:9' })

    expect(code).toBe(wanted)
    expect(out).toMatch(told)
    expect(errors).toMatch(refused)
  })

  it('names a port in use and ends with 1 before it starts anything', async () => {
    const { port } = new URL(await listen(createServer()))

    const { errors, code } = await run(['--demo'], { API_PORT: port })

    expect(errors).toContain(`Port ${port} on 127.0.0.1 (API) is in use; API_PORT chooses another one`)
    expect(code).toBe(1)
  })

  it('names all that is missing for another WeChat', async () => {
    const { errors, code } = await run([], { WECHAT_API_URL: 'http://127.0.0.1:9' })

    expect(errors).toMatch(/WECHAT_OFFICIAL_APPID, .*WECHAT_CALLBACK_TOKEN/)
    expect(code).toBe(1)
  })

  it('names everything wrong in the environment before it starts anything, and no value', async () => {
    const wrong = {
      WECHAT_OFFICIAL_APPID: 'wx12345',
      WECHAT_OFFICIAL_SECRET: 'bad-secret-of-the-account',
      WECHAT_CALLBACK_TOKEN: 'token with blanks',
      WECHAT_CALLBACK_AES_KEY: 'shortKey',
      TEST_ACCOUNT: 'yes',
    }

    const { out, errors, code } = await run([], { ...account, WECHAT_API_URL: 'http://127.0.0.1:9/path', ...wrong })

    expect(
      errors
        .trim()
        .split('\n')
        .map(it => it.split(' ')[0]),
    ).toEqual(['WECHAT_API_URL', ...Object.keys(wrong)])
    for (const value of Object.values(wrong).slice(0, 4)) expect(errors).not.toContain(value)
    expect([out, code]).toEqual(['', 1])
  })

  it('says that the demo needs the box when WECHAT_API_URL is another WeChat', async () => {
    const { errors, code } = await run(['--demo'], { ...account, WECHAT_API_URL: 'http://127.0.0.1:9' })

    expect(errors).toContain('The demo needs WeChat in a box')
    expect(code).toBe(1)
  })
})
