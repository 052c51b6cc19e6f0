import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { openTestBox } from './open-test-box.ts'

/** Starts `npm run wechat` as its own process. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ['local/wechat/main.ts'], { env: { ...process.env, CALLBACK_URL: '', ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  return { child, output: () => output }
}

test('introduces itself with the templates of the project, and Ctrl-C stops it', { timeout: 20_000 }, async () => {
  const { child, output } = start({ PORT: '0' })
  while (!output().includes('Ctrl-C')) await once(child.stdout, 'data')
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0]
  expect(await fetch(`${url}/_box`).then(answer => answer.json())).toMatchObject({
    templates: expect.arrayContaining([expect.objectContaining({ content: expect.stringContaining('.DATA}}') })]),
  })
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('names a port in use and what to do', { timeout: 20_000 }, async () => {
  const box = await openTestBox()
  const port = new URL(box.box.url).port
  const { child, output } = start({ PORT: port })
  expect(await once(child, 'close')).toEqual([1, null])
  expect(output()).toMatch(new RegExp(`^Port ${port} is in use\\..*PORT=3101 npm run wechat`))
})
