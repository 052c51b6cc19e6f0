/** What WeChat tells of menus and automatic replies is read entry by entry: one that is odd hides no other. */

import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'

import { openServer } from '../../../kit/listen.ts'
import { createMenuApi } from '../../../lib/adapters/wechat/menu-api.ts'
import { createTransport } from '../../../lib/adapters/wechat/transport.ts'
import { TransportError, WeChatError } from '../../../lib/errors.ts'

/** The calls to a WeChat that answers all of them so. */
async function openApi(answer: () => unknown) {
  const { url, close } = await openServer((_, response) => response.end(JSON.stringify(answer())))
  onTestFinished(close)
  return createMenuApi(createTransport({ baseUrl: new URL(url) }))
}

const menuOf = async (answer: unknown) => (await openApi(() => answer)).menuInUse('TOKEN')
const repliesOf = async (answer: unknown) => (await openApi(() => answer)).consoleReplies('TOKEN')
const named = (name: string) => ({ name, articles: [], entries: [] })

describe('the menu in use', () => {
  it('is read without what is odd in it, which is counted', async () => {
    const below = [
      { name: 'b', type: 'view', url: 'https://x.example' },
      { name: 7 },
      'x',
      { name: 'c', sub_button: { list: [{ name: 'd' }] } },
    ]
    const button = [{ name: 'a', type: null, key: 5, sub_button: { list: below } }, null, { type: 'click' }]
    expect(await menuOf({ is_menu_open: '1', selfmenu_info: { button } })).toEqual({
      isOpen: true,
      unread: 5,
      entries: [{ ...named('a'), entries: [{ ...named('b'), type: 'view', url: 'https://x.example' }, named('c')] }],
    })
  })

  it.each([
    [{ is_menu_open: 0 }],
    [{}],
    [{ is_menu_open: 0, selfmenu_info: null }],
    [{ is_menu_open: {}, selfmenu_info: [] }],
    [{ selfmenu_info: { button: 'x' } }],
  ])('is none in %j', async answer => {
    expect(await menuOf(answer)).toEqual({ isOpen: false, entries: [], unread: 0 })
  })
})

describe('the automatic replies', () => {
  it('are read without what is odd in them, which is counted', async () => {
    const words = [{ match_mode: 'equal', content: '1' }, { match_mode: 'other', content: '2' }, { content: '' }]
    const rule = {
      rule_name: 'r',
      reply_mode: 'reply_all',
      keyword_list_info: words,
      reply_list_info: [{ type: 'text', content: 'x' }, 5],
    }
    const answer = {
      is_autoreply_open: 1,
      message_default_autoreply_info: 'x',
      keyword_autoreply_info: { list: [rule, 7] },
    }
    expect(await repliesOf(answer)).toEqual({
      isWelcomeOn: false,
      areRepliesOn: true,
      rules: [
        {
          name: 'r',
          sendsAll: true,
          keywords: [{ word: '1', isWhole: true }],
          replies: [{ type: 'text', content: 'x', articles: [] }],
          unread: 3,
        },
      ],
      unread: 1,
    })
  })

  it('are read, or no usable answer, whatever an answer is', async () => {
    let answer: unknown
    const api = await openApi(() => answer)
    const keys = [
      'is_menu_open',
      'selfmenu_info',
      'button',
      'keyword_autoreply_info',
      'list',
      'add_friend_autoreply_info',
      'type',
      'name',
    ]
    const anything = fc.object({ key: fc.constantFrom(...keys), maxDepth: 4, withNullPrototype: false })
    const isKnown = (error: unknown) => error instanceof TransportError || error instanceof WeChatError
    await fc.assert(
      fc.asyncProperty(anything, async given => {
        answer = given
        for (const call of [api.menuInUse, api.consoleReplies]) {
          const outcome = await call('TOKEN').catch(error => error)
          expect(isKnown(outcome) || Array.isArray(outcome.entries ?? outcome.rules)).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })
})

it('a refused menu is an error, and an answer without errcode no success', async () => {
  const menu = { button: [{ type: 'click', name: 'x', key: 'y' }] } as const
  const create = async (answer: unknown) =>
    (await openApi(() => answer)).createMenu('TOKEN', { button: [...menu.button] })
  await expect(create({ errcode: 40018, errmsg: 'invalid button name size TOKEN' })).rejects.toMatchObject({
    errcode: 40018,
    message: expect.not.stringContaining('TOKEN'),
  })
  await expect(create({})).rejects.toBeInstanceOf(TransportError)
  await expect(create({ errcode: 0, errmsg: 'ok' })).resolves.toBeUndefined()
})
