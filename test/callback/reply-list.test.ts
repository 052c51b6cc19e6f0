import { describe, expect, it } from 'vitest'
import type { Replies } from '../../lib/callback/replies.ts'
import { readReplyLists } from '../../lib/callback/reply-list.ts'

const officials = [{ name: 'main' }, { name: 'club' }]
const read = (lists: unknown, stage = 'prod') => readReplyLists(lists, stage, officials)
const problemsOf = (own: unknown) => {
  try {
    read({ prod: own })
    return []
  } catch (error) {
    return error instanceof Error && 'problems' in error ? error.problems : [error]
  }
}

const full: Replies = {
  welcome: { text: 'line one\nline two' },
  keywords: [{ contain: ['价格'], equal: ['1'], reply: { image: 'MEDIA-id_1' } }],
  default: { news: { title: 'T', url: 'https://shop.example/' } },
  menu: { HOURS: { text: '9:00–18:00' } },
}

describe('replies.json', () => {
  it('has the replies of each Official Account of a stage', () => {
    const club = { welcome: { text: 'club' } }
    const lists = read({ prod: { ...full, official: { club } }, dev: { welcome: 7 } })
    expect([lists.get('main'), lists.get('club')]).toEqual([full, club])
    expect(read({}).get('main')).toEqual({})
  })

  it('takes 2,048 bytes of text, and no more', () => {
    expect(problemsOf({ welcome: { text: '字'.repeat(682) } })).toEqual([])
    expect(problemsOf({ welcome: { text: '字'.repeat(683) } })).toEqual([
      'replies.json, stage prod: welcome.text is longer than 2048 bytes',
    ])
  })

  it.each([
    [{ welcom: { text: 'x' } }, 'welcom is not a field of the replies'],
    [{ welcome: 'x' }, 'welcome must be one of'],
    [{ welcome: {} }, 'welcome must be one of'],
    [{ welcome: { text: 'x', image: 'y' } }, 'welcome must be one of'],
    [{ welcome: { text: 'a\u0007b' } }, 'text has characters that a message cannot carry'],
    [{ welcome: { text: 'a\ud800' } }, 'text has characters that a message cannot carry'],
    [{ default: { image: 'a b' } }, 'image is no media_id'],
    [{ default: { news: { title: 'T' } } }, 'news.url is missing'],
    [{ default: { news: { title: 'T', url: 'javascript:alert(1)' } } }, 'news.url must be an http or https URL'],
    [{ keywords: [{ reply: { text: 'x' } }] }, 'keywords.0 needs contain or equal'],
    [{ keywords: [{ equal: [], reply: { text: 'x' } }] }, 'keywords.0.equal is empty'],
    [{ keywords: [{ contain: [''], reply: { text: 'x' } }] }, 'keywords.0.contain.0 is empty'],
    [{ menu: { ['k'.repeat(129)]: { text: 'x' } } }, 'is longer than 128 bytes'],
    [[], 'prod must be an object'],
  ])('is refused for %j', (own, words) => {
    expect(problemsOf(own)).toEqual([expect.stringContaining(words)])
  })

  it('is told with all its mistakes at once', () => {
    expect(problemsOf({ welcome: 1, default: 2, official: { other: {}, club: { menu: 3 } } })).toHaveLength(4)
  })
})
