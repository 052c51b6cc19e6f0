/** Writes the runs of docs/figures/ into README and the documents: `npm run figures`; with `--check` it only looks. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { withCosts } from '../tools/costs/document.ts'
import { figuresOf, fillBlocks, findStray } from './quoted.ts'
import { type Run, readLimits, readRuns } from './record.ts'
import { headlineTable, runTable } from './table.ts'

const root = join(import.meta.dirname, '..')
const costsFile = 'docs/deploy.md'
/** Each fact in it has a source of its own. Decisions, in a folder of theirs, say what was known on their day. */
const hasItsOwnSources = 'wechat.md'

if (import.meta.main) {
  const problems = process.argv.includes('--check') ? await checkDocuments() : await writeDocuments()
  for (const it of problems) process.stderr.write(`✗ ${it}\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

/** Fills the blocks anew; nothing can be wrong with it. */
export async function writeDocuments(): Promise<readonly string[]> {
  const runs = await readRuns()
  for (const { file, text } of await readDocuments()) {
    const filled = await fill(file, text, runs)
    if (filled !== text) await writeFile(join(root, file), filled)
  }
  return []
}

/** Tells each block that is not as the runs say, and each figure that is in no run. */
async function checkDocuments(): Promise<readonly string[]> {
  const [runs, limits] = await Promise.all([readRuns(), readLimits()])
  const [known, allowed] = [figuresOf(runs), new Set(Object.keys(limits))]
  const problems = (await readDocuments()).map(async ({ file, text }) => [
    ...((await fill(file, text, runs)) === text ? [] : [`${file} is not as docs/figures/ says: npm run figures`]),
    ...findStray(text, known, allowed).map(
      it => `${file} says ${it}, which is in no run (docs/figures/) and no limit (docs/figures/limits.json)`,
    ),
  ])
  return (await Promise.all(problems)).flat()
}

/** The document with its blocks as the runs say; the costs of a deployment have words around their figures. */
async function fill(file: string, text: string, runs: readonly Run[]): Promise<string> {
  const filled = fillBlocks(text, it => blockOf(runs, it))
  const hasCosts = file === costsFile && runs.some(it => it.part === 'cost')
  return hasCosts ? withCosts(filled) : filled
}

async function readDocuments() {
  const [top, docs] = await Promise.all([readdir(root), readdir(join(root, 'docs'))])
  const files = [
    ...top.filter(it => /^README.*\.md$/.test(it)),
    ...docs.filter(it => it.endsWith('.md') && it !== hasItsOwnSources).map(it => `docs/${it}`),
  ]
  return Promise.all(files.map(async file => ({ file, text: await readFile(join(root, file), 'utf8') })))
}

function blockOf(runs: readonly Run[], name: string): string {
  if (name === 'headlines') return headlineTable(runs, 'en')
  if (name === 'headlines zh') return headlineTable(runs, 'zh')
  const run = runs.find(it => it.part === name)
  return run === undefined ? `Not written yet: \`npm run bench -- --part ${name} --write\`.\n` : runTable(run)
}
