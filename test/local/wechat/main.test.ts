import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished } from 'vitest'
import { pickFreePort } from '../../../local/ports.ts'
import { test } from './open-test-box.ts'

/** Starts `npm run wechat` as its own process. */
function start(env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, ['local/wechat/main.ts', ...args], {
    env: { ...process.env, CALLBACK_URL: '', ...env },
  })
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

test('names a port in use and what to do', { timeout: 20_000 }, async ({ box }) => {
  const port = new URL(box.box.url).port
  const { child, output } = start({ PORT: port })
  expect(await once(child, 'close')).toEqual([1, null])
  expect(output()).toMatch(new RegExp(`^Port ${port} is in use\\..*PORT=${Number(port) + 1} npm run wechat`))
})

test('listens on WECHAT_PORT, as npm start does', { timeout: 20_000 }, async () => {
  const port = await pickFreePort('127.0.0.1')
  const { child, output } = start({ WECHAT_PORT: `${port}` })
  while (!output().includes('Ctrl-C')) await once(child.stdout, 'data')
  expect(output()).toContain(`http://127.0.0.1:${port}\n`)
})

test('plays the apps of APPS, and tells their secrets', { timeout: 20_000 }, async () => {
  const { child, output } = start({ PORT: '0', APPS: '[{"name":"brand","kind":"official"}]' })
  while (!output().includes('Ctrl-C')) await once(child.stdout, 'data')
  expect(output()).toMatch(/^Official Account {2}wx[0-9a-f]{16} {2}secret [0-9a-f]{32} {2}brand$/m)
})

test.each([
  ['[1]', 'APPS must be a JSON list'],
  ['[{"name":"official","kind":"official"}]', 'there is an app "official" already'],
])('says what is wrong with APPS=%s', { timeout: 20_000 }, async (APPS, told) => {
  const { child, output } = start({ PORT: '0', APPS })
  expect(await once(child, 'close')).toEqual([1, null])
  expect(output()).toContain(told)
})

test('ends with npm, which ends only the shell between at SIGTERM', { timeout: 30_000 }, async () => {
  const port = `${await pickFreePort('127.0.0.1')}`
  const npm = spawn('npm', ['run', 'wechat'], { env: { ...process.env, CALLBACK_URL: '', PORT: port }, detached: true })
  const closed = once(npm.stdout, 'close')
  onTestFinished(() => {
    // The whole group, should anything of it be left.
    if (npm.pid !== undefined && npm.stdout.readable) process.kill(-npm.pid, 'SIGKILL')
  })
  let output = ''
  npm.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  while (!output.includes('Ctrl-C')) await once(npm.stdout, 'data')

  npm.kill('SIGTERM')

  // Its end is closed only when nobody holds it any more.
  await closed
  expect(output).toMatch(/stopped\n$/)
})

// It started the box.
test.each([
  ['--help', 0, 'CALLBACK_URL'],
  ['--port', 2, 'There is no option --port'],
])(
  'tells of its settings, or of an option that it does not know: %s',
  { timeout: 20_000 },
  async (option, code, told) => {
    const { child, output } = start({ PORT: '0' }, option)
    expect(await once(child, 'close')).toEqual([code, null])
    expect(output()).toContain(told)
  },
)
