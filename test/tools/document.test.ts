/** The commands that keep a document in step with what stands elsewhere. */

import { spawn } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { describe, expect, it } from 'vitest'

import { keepInStep } from '../../tools/command/document.ts'
import { openFolder } from '../opened.ts'
import { toItsEnd } from './run-tool.ts'

const document = {
  command: 'npm run letters',
  file: 'letters.md',
  purpose: 'writes letters',
  textOf: (before: string) => before.toUpperCase(),
}

/** A folder with the document, and what is told. */
async function openDocument(content: string) {
  const root = await openFolder()
  await writeFile(join(root, document.file), content)
  const told: string[] = []
  const note = (line: string) => void told.push(line)
  const run = (isCheck: boolean) => keepInStep(document, { isCheck }, { root, screen: { line: note, problem: note } })
  return { run, told, read: () => readFile(join(root, document.file), 'utf8') }
}

const runScript = (file: string, option: string) =>
  toItsEnd(spawn(process.execPath, [resolve(import.meta.dirname, '../../tools', file), option]))

describe('a document', () => {
  it('is written anew, and that is told', async () => {
    const { run, told, read } = await openDocument('abc')
    expect(await run(false)).toBe(0)
    expect(await read()).toBe('ABC')
    expect(told).toEqual([expect.stringContaining('letters.md was written anew')])
  })

  it.each([true, false])('is in step, and that is told', async isCheck => {
    const { run, told } = await openDocument('ABC')
    expect(await run(isCheck)).toBe(0)
    expect(told).toEqual([expect.stringContaining('letters.md is in step')])
  })

  it('is only looked at with --check, which fails where it is not in step', async () => {
    const { run, told, read } = await openDocument('abc')
    expect(await run(true)).toBe(1)
    expect(await read()).toBe('abc')
    expect(told).toEqual([expect.stringContaining('letters.md is not in step: npm run letters')])
  })
})

describe.each([
  ['costs.ts', 'docs/deploy.md'],
  ['event-schema.ts', 'docs/schema/event.json'],
  ['apps-schema.ts', 'docs/schema/apps.json'],
])('%s', (tool, file) => {
  // It took --help for nothing, and wrote the document.
  it('has help, options and an end for each', async () => {
    const writtenAt = async () => (await stat(resolve(import.meta.dirname, '../..', file))).mtimeMs
    const before = await writtenAt()
    expect(await runScript(tool, '--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--check') })
    expect(await runScript(tool, '--check')).toMatchObject({ code: 0, stdout: expect.stringContaining('in step') })
    expect(await runScript(tool, '--drop')).toMatchObject({ code: 2, stderr: expect.stringContaining('--drop') })
    expect(await writtenAt()).toBe(before)
  })
})
