/** The report, for people to read: a line for each check, and below it what to do. */

import type { CheckName } from '../../lib/doctor/doctor.ts'
import type { Finding, Report } from '../../local/stage/doctor-report.ts'
import { counted } from '../command/words.ts'

type Colour = 'green' | 'yellow' | 'red' | 'dim'
export type Paint = (colour: Colour, text: string) => string

const looks = {
  ok: { colour: 'green', sign: '✓' },
  warning: { colour: 'yellow', sign: '!' },
  wrong: { colour: 'red', sign: '✗' },
  'not-checked': { colour: 'dim', sign: '–' },
} as const satisfies Record<Finding['status'], { colour: Colour; sign: string }>

const titles: Readonly<Record<string, string>> = {
  secrets: 'secrets · 密钥',
  'official-credentials': 'Official Account · 服务号',
  'mini-credentials': 'mini program · 小程序',
  'allow-list': 'allow-list · IP 白名单',
  certification: 'certification · 认证',
  'open-platform': 'Open Platform · 开放平台',
  templates: 'templates · 模板',
  'mini-program-link': 'linked mini program · 关联小程序',
  callback: 'callback · 消息推送',
  servers: 'servers behind us · 后端服务器',
  quotas: 'quotas · 调用额度',
  queues: 'queues · 队列',
  concurrency: 'functions at once · 并发',
  certificate: 'certificate · 证书',
  images: 'images · 图片域名',
  clock: 'clock · 时钟',
} satisfies Record<CheckName, string>

/** Writes one check: its line, and its hint below. */
export function renderFinding({ name, app, status, words, hint }: Finding, paint: Paint): string {
  const { colour, sign } = looks[status]
  const whose = app === undefined ? '' : ` (${app})`
  const line = paint(colour, `  ${sign} ${titleOf(name)}${whose}: ${words}`)
  return hint === undefined ? line : `${line}\n      → ${hint}`
}

/** Sums the report up. */
export function renderEnd({ checks, isWell, calls }: Report, paint: Paint): string {
  const count = (status: Finding['status']) => checks.filter(it => it.status === status).length
  const cost = `${counted(calls, 'call')} to WeChat`
  const warnings = count('warning') === 0 ? '' : `, ${counted(count('warning'), 'warning')}`
  if (isWell) return paint('green', `✓ nothing is wrong · 一切正常${warnings}; ${cost}`)
  return paint('red', `✗ wrong · 有问题: ${count('wrong')} of ${counted(checks.length, 'check')}${warnings}; ${cost}`)
}

/** A stage of a later version may have more checks. */
function titleOf(name: string): string {
  return (Object.hasOwn(titles, name) ? titles[name] : undefined) ?? name
}
