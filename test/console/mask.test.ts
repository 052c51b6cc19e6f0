import { describe, expect, it } from 'vitest'
import { shownBody } from '../../lib/console/mask.ts'

const openid = 'oA1bcdefghijklmnopqrstuvwOpQ'
const templateId = 'tPl0123456789012345678901234567890123456789'

describe('the body of a message', () => {
  it('shows no whole id of a person, wherever it stands, and the template', () => {
    const event = { id: 'order-1', to: { unionid: 'short' }, templateId, openids: [openid], note: `of ${openid}.` }
    const shown = JSON.parse(shownBody(JSON.stringify({ ...event, [openid]: 1 }), false))
    expect(shown).toEqual({
      ...event,
      to: { unionid: '…' },
      openids: ['oA1b…OpQ'],
      note: 'of oA1b…OpQ.',
      'oA1b…OpQ': 1,
    })
  })

  it('is shown whole to whoever asks for it', () => {
    expect(shownBody(JSON.stringify({ openid }), true)).toBe(JSON.stringify({ openid }))
  })

  it('masks what is no JSON, what is nested deep, and shows no more than a page can', () => {
    expect(shownBody(`{"to": ${openid}`, false)).toBe('{"to": oA1b…OpQ')
    const deep = `${'['.repeat(100_000)}"${openid}"${']'.repeat(100_000)}`
    expect(shownBody(deep, false)).not.toContain(openid)
    expect(shownBody(`${'['.repeat(20)}"x"${']'.repeat(20)}`, false)).toContain('…')
    expect(shownBody(JSON.stringify('x y '.repeat(9000)), false).length).toBe(4000)
  })
})
