/** A deployment that works and is wrong: the stage's own look tells so, and it is rolled back as docs/deploy.md says. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import * as v from 'valibot'

import { readResources } from './aws.ts'
import { playDoctor, type World } from './checks.ts'
import { root } from './process.ts'
import { mustSucceed, stack } from './stage.ts'

/** Of nobody, and so a typing error that no form tells of. */
const wrong = { WECHAT_MINI_APPID: 'wx0123456789abcdef' }
const well = v.object({ well: v.array(v.string()) })

export async function playRollback(world: World): Promise<void> {
  const { trials, commands, ministack } = world
  const { look, list, back } = await readCommands()
  await trials.play('The stage looks at itself, and is well', '自检', async () => {
    const { well } = await lookAtSelf(commands, look)
    return { result: undefined, told: well.join(', ') }
  })
  const timestamp = await trials.play('sls deploy list tells what is deployed', '部署列表', async () => {
    const output = await mustSucceed(commands.typed(list))
    const result = [...output.matchAll(/Timestamp: (\d+)/g)].at(-1)?.[1]
    if (result === undefined) throw new Error(output)
    return { result, told: result }
  })
  const before = await countOf(ministack)
  await trials.play('A wrong appid is deployed, and the self-check says so', '错误部署', async () => {
    await commands.sls('deploy', wrong)
    const { code, output } = await commands.typed(look)
    const [told] = output.match(/the self-check of this stage failed: [^"]*mini-credentials[^"]*/) ?? []
    if (code === 0 || told === undefined) throw new Error(output)
    return { result: undefined, told }
  })
  await trials.play('It is rolled back by one command, and is well', '回滚', async () => {
    const output = await mustSucceed(commands.typed(back.replace('<timestamp>', timestamp)))
    await lookAtSelf(commands, look)
    if ((await countOf(ministack)) !== before) throw new Error('the stack has other resources than before')
    return { result: undefined, told: output.match(/Service rolled back.*/)?.[0] ?? output }
  })
  await playDoctor(world)
}

async function lookAtSelf({ typed }: World['commands'], line: string) {
  return v.parse(v.pipe(v.string(), v.parseJson(), well), await mustSucceed(typed(line)))
}

async function countOf({ aws }: World['ministack']): Promise<number> {
  return (await readResources(aws, stack)).length
}

/** The three lines of docs/deploy.md. */
async function readCommands() {
  const text = await readFile(join(root, 'docs/deploy.md'), 'utf8')
  const lines = [...text.matchAll(/npx --no sls (?:invoke|deploy list|rollback)[^`#\n]*/g)].map(it => it[0].trim())
  const find = (word: string) => {
    const [line] = lines.filter(it => it.includes(word))
    if (line === undefined) throw new Error(`docs/deploy.md has no line with ${word}`)
    return line
  }
  return { look: find('invoke'), list: find('deploy list'), back: find('--timestamp') }
}
