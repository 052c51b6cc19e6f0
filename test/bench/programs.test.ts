/** Peers in other languages: programs that are asked by lines of JSON. */

import { tmpdir } from 'node:os'

import { describe, expect, it } from 'vitest'

import { type Program, startProgram } from '../../bench/peers/programs.ts'

/** Answers each send with its openids, and the second of two questions first; it ends at a login. */
const source = `
const { createInterface } = require('node:readline')
let held
createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, args } = JSON.parse(line)
  if (method === 'login') return process.exit(1)
  const answer = { id, value: method === 'send' ? args[0].map(it => ({ msgid: it.openid })) : {} }
  const answers = method === 'open' ? [answer] : held === undefined ? [] : [answer, held]
  held = method === 'open' || held !== undefined ? undefined : answer
  for (const it of answers) process.stdout.write(JSON.stringify(it) + '\\n')
})`

const program: Program = {
  name: 'a program',
  version: '1.0.0',
  needs: 'Fortran',
  folder: tmpdir(),
  command: [process.execPath, '-e', source],
  install: async () => undefined,
}
const message = (openid: string) => ({ openid, templateId: 'any', data: {} })

describe('a peer in another language', () => {
  it('is told which answer is whose by its number', async () => {
    const peer = await startProgram(program, () => undefined)
    await peer?.open('http://127.0.0.1:1')
    const told = await Promise.all([peer?.send([message('first')]), peer?.send([message('second')])])
    await peer?.stop()
    expect(told).toEqual([[{ msgid: 'first' }], [{ msgid: 'second' }]])
  })

  it('leaves nobody waiting when it ends', async () => {
    const peer = await startProgram(program, () => undefined)
    await expect(peer?.login('a code')).rejects.toThrow('a program ended before it answered')
  })

  it('is skipped with a line that says why where it cannot be installed', async () => {
    const told: string[] = []
    const failing = { ...program, install: () => Promise.reject(new Error('Command failed\nno such host')) }
    expect(await startProgram(failing, it => void told.push(it))).toBeUndefined()
    expect(told).toEqual(['a program skipped, which needs Fortran: no such host'])
  })
})
