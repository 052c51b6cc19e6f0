/** Starts that WeChat. */

import { join } from 'node:path'

import { remote } from '../../kit/peer.ts'
import { start } from '../../kit/processes.ts'
import type { Usage } from '../../kit/usage.ts'
import type { WeChatCounts } from './server.ts'

export type WeChat = {
  url(): Promise<string>
  usage(): Promise<Usage>
  /** Since the last time. */
  counts(): Promise<WeChatCounts>
  change(from: number, to: number, every: number, value: 0 | 1): Promise<void>
  setClock(aheadMs: number): Promise<void>
  stop(): Promise<void>
}

/** Starts it with room for so many people; each answer comes after so long. */
export function startWeChat({ most, latencyMs }: { most: number; latencyMs: number }): WeChat {
  const { call, stop } = start(join(import.meta.dirname, 'server.ts'), { args: [`${most}`, `${latencyMs}`] })
  const methods = ['url', 'usage', 'counts', 'change', 'setClock'] as const
  return { ...remote<Omit<WeChat, 'stop'>>(call, 'wechat', methods), stop }
}
