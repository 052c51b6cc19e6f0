/** Documents quote figures of runs, and nothing else. */

import { describe, expect, it } from 'vitest'

import { figuresOf, fillBlocks, findStray } from '../../bench/quoted.ts'
import { checkRun, type Run } from '../../bench/record.ts'
import { headlineTable, missedBy, numberText, runTable } from '../../bench/table.ts'
import { findWorse } from '../../bench/worse.ts'

const rows: Run['rows'] = [
  {
    what: 'processor time per message',
    unit: 'µs',
    ours: { median: 152.4, min: 149, max: 171.2 },
    beside: { 'co-wechat-api': { median: 212, min: 201, max: 230 }, bound: 117 },
    goal: { atMost: 140 },
    load: 0.31,
    headline: { en: 'processor time of a message', zh: '每条消息的处理器时间' },
  },
  { what: 'calls for tokens', ours: 1, beside: { 'co-wechat-api': 50, 'nest-wechat': 'none' }, worse: 'more' },
  { what: 'msgid is kept', ours: true, beside: { 'co-wechat-api': false }, worse: 'other' },
]
const run: Run = {
  part: 'speed',
  title: 'Speed',
  command: 'npm run bench -- --part speed',
  commit: '0123456789',
  date: '2026-11-29T23:50:00.000Z',
  machine: { cpu: 'A processor', cores: 2, memory: '24 GB', node: 'v24.21.0', platform: 'linux 6 x64' },
  load: { before: 0.2, after: 1.5 },
  rounds: 5,
  facts: {},
  rows,
}

describe('a table', () => {
  it('has ours, everything beside it, and by how much it misses what is wanted', () => {
    const table = runTable(run).replace(/ +/g, ' ')
    expect(table).toContain('| what | ours | co-wechat-api | bound | nest-wechat | wanted | load |')
    expect(table).toContain(
      '| processor time per message (µs) | 152 (149–171) | 212 (201–230) | 117 | | ≤ 140, missed by 12.4 | 0.31 |',
    )
    expect(table).toContain('| calls for tokens | 1 | 50 | | none | | |')
    expect(table).toContain('| msgid is kept | ✓ | ✗ | | | | |')
  })

  it('names commit, date, machine and load', () => {
    const named = ['commit 0123456789', '2026-11-29 23:50 UTC', '2 × A processor', 'load 0.20 before and 1.50 after']
    expect(named.filter(it => !runTable(run).includes(it))).toEqual([])
  })

  it('of README has the rows that ask for it, with what is beside them', () => {
    const table = headlineTable([run], 'zh').replace(/ +/g, ' ')
    expect(table).toContain('| 项目 | 鹊桥 | co-wechat-api | 其他对照 |')
    expect(table).toContain('| 每条消息的处理器时间 (µs) | 152 (149–171) | 212 (201–230) | 上限: 117 |')
    expect(table).not.toContain('token')
  })

  it('rounds to what counts', () => {
    expect([0.934, 12.34, 123.4, 12345.6, 50].map(numberText)).toEqual(['0.93', '12.3', '123', '12,346', '50'])
  })

  it('measures by how much a goal is missed, either way', () => {
    expect([missedBy(12, { atMost: 10 }), missedBy(8, { atLeast: 10 }), missedBy(8, { atMost: 10 })]).toEqual([2, 2, 0])
  })
})

describe('a run', () => {
  it('is refused with a figure that is ours alone, or a row that is there twice', () => {
    const alone = { what: 'alone', ours: 1, beside: {} }
    expect(() => checkRun({ ...run, rows: [alone] })).toThrow('no figure is ours alone')
    expect(() => checkRun({ ...run, rows: [...rows, ...rows] })).toThrow('two rows have one name')
    expect(checkRun(run)).toEqual(run)
  })
})

describe('a short run', () => {
  const found = (what: string, ours: number | boolean) => rows.map(it => (it.what === what ? { ...it, ours } : it))

  it('is worse by a count, not by a time', () => {
    expect(findWorse(rows, rows)).toEqual([])
    expect(findWorse(found('calls for tokens', 2), rows)).toEqual(['calls for tokens: 2, written 1'])
    expect(findWorse(found('calls for tokens', 0), rows)).toEqual([])
    expect(findWorse(found('msgid is kept', false), rows)).toHaveLength(1)
    expect(findWorse(found('processor time per message', 1e6), rows)).toEqual([])
  })

  it('is worse by what is no number, and by a row that was never written', () => {
    expect(findWorse(found('calls for tokens', Number.NaN), rows)).toHaveLength(1)
    expect(findWorse(rows, rows.slice(0, 1))).toHaveLength(2)
  })
})

describe('a document', () => {
  const document = 'Before.\n<!-- figures: speed -->\n99 ms of old\n<!-- /figures -->\nAfter.\n'

  it('has its blocks from the runs', () => {
    const filled = fillBlocks(document, name => `of ${name}\n`)
    expect(filled).toBe('Before.\n<!-- figures: speed -->\n\nof speed\n\n<!-- /figures -->\nAfter.\n')
    expect(fillBlocks(filled, name => `of ${name}\n`)).toBe(filled)
  })

  it('quotes figures of runs and limits, and is told of any other', () => {
    const known = figuresOf([run])
    const stray = (text: string) => findStray(text, known, new Set(['20 MB']))
    expect(stray('152 µs, 201 µs beside it; pictures of 20 MB, at 1.5 times; sections 3.2')).toEqual([])
    expect(stray('It takes 153 µs, 93.1 % of the bound; 1,200 messages a second, 1.35 × that, 约 20 条/秒')).toEqual([
      '153 µs',
      '93.1 %',
      '1,200 messages a second',
      '1.35 ×',
      '20 条/秒',
    ])
    expect(stray(document)).toEqual([])
    expect(stray('<!-- costs: npm run costs -->\n77 KB\n<!-- /costs -->\n```\n4 % done\n```\n')).toEqual([])
  })
})
