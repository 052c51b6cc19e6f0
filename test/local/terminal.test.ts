/** What the terminal of `npm start` shows of the lines that the functions and their emulator write. */

import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { createTerminal } from '../../local/terminal/terminal.ts'

const root = join(import.meta.dirname, '../..')
const at = { timestamp: '2026-11-29T11:16:00.885Z', service: 'queqiao-local', sampling_rate: 0, requestId: '97beed3e' }
const log = (level: string, message: string, fields: object = {}) =>
  JSON.stringify({ level, message, ...at, ...fields })
const plain = (_: string, text: string) => text

/** Everything that is written of these lines, without the time. */
function shown(lines: readonly string[], reader: 'people' | 'machines' | 'all' = 'people', paint = plain): string[] {
  const written: string[] = []
  const terminal = createTerminal({ write: line => written.push(line), paint, reader })
  terminal.follow()
  for (const line of lines) terminal.add(line)
  terminal.close()
  return reader === 'people' ? written.map(it => it.replace(/\d\d:\d\d:\d\d /, '')) : written
}

const metrics = '{"_aws":{"Timestamp":1795950960913,"CloudWatchMetrics":[]},"service":"queqiao-local","TokenRenewed":1}'
const usual = [
  'GET /reach (λ: reach)',
  '(λ: reach) RequestId: 1b703b67-07c1  Duration: 8.98 ms  Billed Duration: 9 ms',
  'Successfully invoked scheduled function: [refresh-tokens]',
  '',
  metrics,
]

describe('for people', () => {
  it.each([
    ['DEBUG', 'send.received', { id: 'order-1:paid', attempts: 1 }, '· event order-1:paid received'],
    ['DEBUG', 'send.received', { id: 'order-1:paid', attempts: 3 }, '· event order-1:paid again, try 3'],
    ['DEBUG', 'send.accepted', { app: 'official', id: 'o', msgid: '38' }, '✓ event o sent by official (msgid 38)'],
    ['DEBUG', 'send.dropped', { id: 'o', reason: 'not-following' }, '· event o not sent: not-following'],
    ['WARN', 'send.rejected', { id: 'o', reason: 'data.x is missing' }, '! event o rejected: data.x is missing'],
    [
      'WARN',
      'send.rejected',
      { id: 'o', reason: 'r', more: 2, ids: ['p', 'q'] },
      '! event o rejected: r; so 2 more: p, q',
    ],
    ['WARN', 'send.rejected', { reason: 'r', more: 2, ids: ['p', 'q'] }, '! 2 more events rejected: r: p, q'],
    ['WARN', 'send.rejected', { more: 1, ids: ['p'] }, '! 1 more event rejected: for other reasons: p'],
    ['DEBUG', 'send.waits', { id: 'o', why: 'WeChat is busy', seconds: 5 }, '· event o waits 5 s: WeChat is busy'],
    ['DEBUG', 'login.accepted', { app: 'mini', reach: 'reachable' }, '✓ login to mini: reachable'],
    ['INFO', 'link-followers.batch', { app: 'official', openids: 1, failed: 0 }, '✓ 1 follower of official linked'],
    ['WARN', 'http.refused', { code: 'callback-unsigned', status: 401 }, '! callback refused: callback-unsigned (401)'],
    [
      'WARN',
      'http.refused',
      { code: 'login-code-invalid', status: 400, errcode: 40029 },
      '! request refused: login-code-invalid (400), WeChat’s 40029',
    ],
    [
      'WARN',
      'http.refused',
      { code: 'wechat-unavailable', status: 502, error: { message: 'no usable answer: getaddrinfo ENOTFOUND' } },
      '! request refused: wechat-unavailable (502): no usable answer: getaddrinfo ENOTFOUND',
    ],
    [
      'DEBUG',
      'push.withheld',
      { target: 'crm' },
      '· crm gets no push for up to a minute, because it failed three times in a row',
    ],
    ['INFO', 'local.rebuilt', { file: 'lib/login/login.ts' }, '· lib/login/login.ts changed: the functions use it now'],
  ])('%s %s %j', (level, event, fields, line) => {
    expect(shown([...usual, log(level, event, fields)])).toEqual([line])
  })

  it('an event of the log that has no words is shown with its fields, and an error with its place', () => {
    const error = {
      name: 'Error',
      message: 'no such table',
      location: `${root}/lib/adapters/dynamo/links.ts:12`,
      stack: 'Error: no such table',
    }
    expect(shown([log('ERROR', 'new.thing', { app: 'mini', count: 2, error })])).toEqual([
      '✗ new.thing app=mini count=2 error=no such table (lib/adapters/dynamo/links.ts:12)',
    ])
    expect(shown([log('ERROR', 'http.failed', { error })])).toEqual([
      '✗ a request failed: no such table (lib/adapters/dynamo/links.ts:12)',
    ])
  })

  it('what is usual is left out, but never as a warning or an error', () => {
    expect(shown([log('INFO', 'sync-followers.page', { pages: 1 })])).toEqual([])
    expect(shown([log('ERROR', 'sync-followers.page', { pages: 1 })])).toEqual(['✗ sync-followers.page pages=1'])
  })

  it('a failure is one line with its function and its place in our code, however often it is written', () => {
    const trace = [
      '      at logIn (/elsewhere/node_modules/x/y.js:1:2)',
      `      at logIn (${root}/lib/login/login.ts:59:38)`,
      `      at async invoke (${root}/node_modules/@middy/core/index.js:219:25)`,
    ]
    const once = ["× Unhandled exception in handler 'login'.", '× Error: it broke here', ...trace]
    const lines = [...once, '✖ Error: it broke here', ...trace, ...usual]
    expect(shown([...lines, ...lines])).toEqual(
      Array(2).fill('✗ function login failed: Error: it broke here (lib/login/login.ts:59)'),
    )
  })

  it('what cannot be built is told with its place', () => {
    const lines = [
      '✘ [ERROR] Expected identifier but found "="',
      '',
      '    lib/login/login.ts:155:6:',
      '      155 │ const = ;',
      '          ╵       ^',
      '× Bundle error, waiting for a file change to reload...',
    ]
    expect(shown(lines)).toEqual([
      '✗ Expected identifier but found "=" (lib/login/login.ts:155)',
      '✗ the functions could not be built; they will be once the file is right',
    ])
  })

  it('other text is shown as it is, without what would steer the terminal', () => {
    expect(shown(['from console.log', '\u001b[2J\u202egone\u0007'])).toEqual(['· from console.log', '· [2J gone'])
    expect(shown([log('INFO', 'x.y', { id: 'a\nb\u001b[31m' })])).toEqual(['· x.y id=a b [31m'])
    expect(shown([log('INFO', 'x.y', { id: 'a'.repeat(1000) })])[0]).toHaveLength(303)
  })

  it('has colours where the painter gives them', () => {
    const paint = (colour: string, text: string) => `<${colour}>${text}</>`
    const [line = ''] = shown([log('WARN', 'http.refused', { code: 'body-invalid', status: 400 })], 'people', paint)
    expect(line).toMatch(/^<dim>.*<\/> <yellow>! request refused: body-invalid \(400\)<\/>$/)
  })
})

describe('for machines', () => {
  it('each line is JSON: the functions’ own as they came, and all else made of words', () => {
    const [line, words] = [log('INFO', 'token.renewed', { app: 'mini' }), 'from console.log']
    const written = shown([...usual, line, words, '× Error: broken'], 'machines')

    expect(written.slice(0, 2)).toEqual([metrics, line])
    expect(written.slice(2).map(it => JSON.parse(it))).toMatchObject([
      { level: 'INFO', message: 'local.line', words },
      { level: 'ERROR', message: 'local.failed', words: 'Error: broken' },
    ])
  })
})

it('all lines come as they are if they are wanted so', () => {
  expect(shown(['GET /reach (λ: reach)', metrics, '', 'text'], 'all')).toEqual([
    'GET /reach (λ: reach)',
    metrics,
    'text',
  ])
})

it('writes nothing before it is followed, and keeps the last problems for whoever asks', () => {
  const written: string[] = []
  const terminal = createTerminal({ write: line => written.push(line), paint: plain, reader: 'people' })
  terminal.add(log('INFO', 'token.renewed', { app: 'mini' }))
  for (let n = 0; n < 100; n++) terminal.add(log('ERROR', 'x.y', { n }))
  terminal.notice('no answer')
  terminal.close()

  expect(written).toEqual([])
  expect(terminal.problems(2)).toEqual([expect.stringMatching(/✗ x\.y n=99$/), expect.stringMatching(/! no answer$/)])
})
