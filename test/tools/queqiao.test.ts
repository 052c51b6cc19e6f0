/** The command line as a whole: what it is run by, its help, and what it does with a verb that it does not know. */

import { spawn } from 'node:child_process'
import { access, chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { helpOf, helpOfAll } from '../../tools/command/help.ts'
import { UsageError } from '../../tools/command/options.ts'
import { findVerb, verbs } from '../../tools/command/verbs.ts'
import { openFolder } from '../opened.ts'
import { openLambda, refusal } from './lambda-api.ts'
import { onAws, runTool, toItsEnd } from './run-tool.ts'

const root = join(import.meta.dirname, '../..')
const names = verbs.map(it => it.spec.verb)

/** Writes a Node that only says its name and what it was to run. */
async function writeNode(folder: string, name: string) {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'node'), `#!/bin/sh\necho ${name} "$@"\n`)
  await chmod(join(folder, 'node'), 0o755)
}

const run = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => toItsEnd(spawn(file, args, { env }))

/** What a checkout has of the command line before anything is installed. */
async function openCheckout() {
  const folder = await openFolder()
  await mkdir(join(folder, 'tools'))
  for (const file of ['queqiao', 'tools/queqiao.cjs']) await copyFile(join(root, file), join(folder, file))
  return folder
}

describe('./queqiao', () => {
  it('runs on the Node that npm brought, whatever else there is, and without it on the machine’s own', async () => {
    const folder = await openCheckout()
    const own = await openFolder()
    await writeNode(own, 'own')
    const env = { PATH: `${own}:${process.env.PATH}` }
    const told = async () => (await run(join(folder, 'queqiao'), ['doctor', '--data', 'a b'], env)).stdout

    expect(await told()).toBe(`own ${folder}/tools/queqiao.cjs doctor --data a b\n`)
    await writeNode(join(folder, 'node_modules/.bin'), 'brought')
    expect(await told()).toBe(`brought ${folder}/tools/queqiao.cjs doctor --data a b\n`)
  })

  it('asks for npm ci before it, and fetches nothing', async () => {
    const folder = await openCheckout()
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` }
    const { code, stdout, stderr } = await run(join(folder, 'queqiao'), ['doctor'], env)
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^First run: npm ci\./)])
    await expect(access(join(folder, 'node_modules'))).rejects.toThrow('ENOENT')
  })

  it('asks for it on a Node that reads no TypeScript, too', async () => {
    const args = ['--no-experimental-strip-types', join(root, 'tools/queqiao.cjs'), '--help']
    const { code, stderr } = await run(process.execPath, args, {})
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^First run: npm ci\..*\n$/)])
  })

  it('is what npm’s scripts of the same names run', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    expect(names.map(it => scripts[it])).toEqual(names.map(it => `node tools/queqiao.cjs ${it}`))
  })

  it('has each verb in its page, in both languages', async () => {
    const page = await readFile(join(root, 'docs/command-line.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `(\w+)`/gm)].map(it => it[1])
    expect(rows).toEqual([...names, ...names])
  })

  it('is no package’s command: npx would look for a stranger’s wherever ours is not', async () => {
    const { bin, name } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    expect([bin, name]).toEqual([undefined, 'queqiao'])
  })

  it('starts nothing when help is asked for, wherever that stands', async () => {
    const { code, stdout, stderr } = await runTool('redrive', ['--reason', 'all', '--send', '--help'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^\.\/queqiao redrive \[options\] {3}shows what was put aside/)
    expect(await runTool('--help', [])).toEqual({ code: 0, stderr: '', stdout: helpOfAll(verbs.map(it => it.spec)) })
  })

  it('ends with 2 for a verb that it does not know', async () => {
    const { code, stdout, stderr } = await runTool('docter', ['--stage', 'prod'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('there is no verb docter: did you mean doctor?')
    for (const it of names) expect(stderr).toContain(it)
  })

  it('asks AWS with the credentials that --profile names, and not with those of the environment', async () => {
    const { url, invocations } = await openLambda(() => refusal(403, 'AccessDeniedException'))
    const file = join(await openFolder(), 'credentials')
    await writeFile(file, '[ops]\naws_access_key_id = AKIDOFOPS\naws_secret_access_key = example\n')
    const env = { ...onAws({ lambda: url }), AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: file }

    const { code, stdout } = await runTool('quota', ['--stage', 'prod', '--profile', 'ops'], env)

    expect([code, invocations.map(it => it.signature)]).toEqual([1, [expect.stringContaining('Credential=AKIDOFOPS/')]])
    expect(stdout).toContain('stage prod')
  })
})

describe('a verb', () => {
  it.each([
    ['docter', 'doctor'],
    ['snyc', 'sync'],
    ['secret', 'secrets'],
    ['Quota', 'quota'],
  ])('%s is taken for a slip of %s, and not done', (name, meant) => {
    expect(() => findVerb(name)).toThrow(`did you mean ${meant}?`)
  })

  it.each([undefined, '', 'deploy', '--stage', 'constructor'])('%s is none that is near', name => {
    expect(() => findVerb(name)).toThrow(UsageError)
    expect(() => findVerb(name)).toThrow(
      /^(?!.*did you mean).*secrets, doctor, sync, send, quota, menu, redrive, console, static/s,
    )
  })

  it.each(verbs.map(it => it.spec))('$verb has a help with what it does, its options and its exit codes', spec => {
    const help = helpOf(spec)
    expect(help.split('\n')[0]).toBe(`./queqiao ${spec.verb} ${spec.usage ?? '[options]'}   ${spec.summary}`)
    for (const it of [...Object.keys(spec.options), 'stage', 'region', 'profile', 'help'])
      expect(help).toMatch(new RegExp(`^  --${it} .* {2,}\\S`, 'm'))
    expect(help).toMatch(/\nExit code 0 if .*, 1 if .*, 2 if .*, 130 if it was stopped\.\n$/s)
    expect(helpOfAll([spec])).toContain(`  ${spec.verb}   ${spec.summary}\n`)
  })
})
