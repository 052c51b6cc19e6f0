/** README's `.env` for a test account, as it is printed there, and the same with an account filled in. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const headings = { 'README.md': '## With a real test account', 'README.zh-CN.md': '## 接入真实的测试号' }

/** The account that the tests have; as README's, it has no EncodingAESKey. */
export const account = {
  WECHAT_OFFICIAL_APPID: 'wx1234567890abcdef',
  WECHAT_OFFICIAL_SECRET: '0123456789abcdef0123456789abcdef',
  WECHAT_MINI_APPID: 'wxfedcba0987654321',
  WECHAT_MINI_SECRET: 'fedcba9876543210fedcba9876543210',
  WECHAT_CALLBACK_TOKEN: 'tokenOfTheConsole',
}

/** The block of one README; throws where there is none. */
export function readBlock(file: keyof typeof headings): string {
  const [, section = ''] = readFileSync(join(root, file), 'utf8').split(headings[file])
  const block = /^```sh\n(.*?)^```/ms.exec(section)?.[1]
  if (block === undefined) throw new Error(`${file} has no block for .env`)
  return block
}

/** What a block sets, and what it only names, without its comments. */
export function settingsIn(block: string): string[] {
  return [...block.matchAll(/^(?:# )?[A-Z_]+=\S*/gm)].map(it => it[0])
}

/** The block with these values; its comments, and what stands in one, stay as they are. */
export function fillIn(block: string, values: Readonly<Record<string, string>>): string {
  return block.replace(/^([A-Z_]+)=\S*/gm, (line, name) => (name in values ? `${name}=${values[name]}` : line))
}
