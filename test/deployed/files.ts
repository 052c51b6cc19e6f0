/** The stage's files: what goes up is found where it is served, and nowhere without a signature. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readOutputs } from './aws.ts'
import type { World } from './checks.ts'
import { stack } from './stage.ts'

const domainFile = 'MP_verify_Ab3dEf6hIj9kLm2n.txt'
const files = { 'banner.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>', [domainFile]: 'Ab3dEf6hIj9kLm2n' }

export async function playFiles(world: World): Promise<void> {
  const { api, commands, ministack, reach, trials } = world
  const { FilesUrl, StaticBucket } = await readOutputs(ministack.aws, stack)
  await withFolder(folder =>
    trials.tool('./queqiao static uploads the mini program’s files', '上传静态文件', () =>
      commands.tool('static', ['--folder', folder]),
    ),
  )
  await trials.play(
    'They are served, and WeChat’s domain file at the API’s root',
    '提供静态文件',
    async ({ signal }) => {
      const urls = {
        [`${FilesUrl}/static/banner.svg`]: files['banner.svg'],
        [`${api}/${domainFile}`]: files[domainFile],
      }
      for (const [url, expected] of Object.entries(urls)) {
        const text = await (await reach(url, { signal })).text()
        if (text !== expected) throw new Error(`${url} → ${text}`)
      }
      return { result: undefined, told: Object.keys(urls).join(' and ') }
    },
  )
  await trials.play('The bucket itself shows nothing to who does not sign', '存储桶不公开', async ({ signal }) => {
    const url = `https://${StaticBucket}.s3.ap-southeast-1.amazonaws.com/static/banner.svg`
    const { status } = await reach(url, { signal })
    if (status !== 403) throw new Error(`${url} → ${status}`)
    return { result: undefined, told: `403 from ${url}` }
  })
}

async function withFolder(work: (folder: string) => Promise<unknown>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-static-'))
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
