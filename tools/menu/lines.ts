/** The menu and the automatic replies, for people to read. */

import type { ConsoleEntry, ConsoleMenu, ConsoleReplies, ConsoleReply } from '../../lib/menu/ports.ts'
import { quoted } from './carry-replies.ts'

/** Writes the menu in use, an entry a line. */
export function renderMenu({ isOpen, entries }: ConsoleMenu): string[] {
  if (entries.length === 0) return ['  menu       none · 没有菜单']
  const lines = entries.flatMap(it => [
    `    ${renderEntry(it)}`,
    ...it.entries.map(each => `      ${renderEntry(each)}`),
  ])
  return [`  menu       ${isOpen ? 'on · 已开启' : 'off · 未开启'}`, ...lines]
}

/** Writes the automatic replies. */
export function renderReplies(replies: ConsoleReplies): string[] {
  const { isWelcomeOn, areRepliesOn, welcome, default: other, rules } = replies
  const words = rules.map(({ name, keywords, replies }) => {
    const all = keywords.map(it => `${it.isWhole ? '=' : '∋'}${quoted(it.word)}`)
    return `    ${quoted(name)} ${all.join(' ')}: ${replies.map(renderReply).join('; ')}`
  })
  return [
    `  welcome    ${isWelcomeOn && welcome !== undefined ? renderReply(welcome) : 'off · 未开启'}`,
    `  default    ${areRepliesOn && other !== undefined ? renderReply(other) : 'off · 未开启'}`,
    `  keywords   ${areRepliesOn && rules.length > 0 ? `${rules.length} · 关键词规则` : 'none · 没有'}`,
    ...(areRepliesOn ? words : []),
  ]
}

/** Writes what cannot be carried over, or has changed with it. */
export function renderLost(lost: readonly string[]): string[] {
  if (lost.length === 0) return ['✓ all of it can be carried over · 全部可以迁移']
  return ['! not carried over as it is · 无法原样迁移:', ...lost.map(it => `    ${it}`)]
}

function renderEntry({ name, type, key, url, value, articles, entries }: ConsoleEntry): string {
  if (entries.length > 0) return quoted(name)
  const what = key ?? url ?? articles[0]?.title ?? value
  return `${quoted(name)} ${type ?? 'without a type'}${what === undefined ? '' : ` ${quoted(what)}`}`
}

function renderReply({ type, content, articles }: ConsoleReply): string {
  const what = articles[0]?.title ?? (type === 'text' ? content : undefined)
  return what === undefined ? type : `${type} ${quoted(what)}`
}
