import { describe, expect, it } from 'vitest'

import { linesAfterRemoval, linesToPaste } from '../../deploy/paste.ts'
import { pages } from '../../lib/doctor/pages.ts'

const outputs = {
  EgressAddress: '203.0.113.7',
  EgressAllocationId: 'eipalloc-1',
  SecondEgressAddress: '203.0.113.8',
  SecondEgressAllocationId: 'eipalloc-2',
  CallbackUrl: 'https://api.example.com/callback',
  DomainTarget: 'd-abc.execute-api.ap-southeast-1.amazonaws.com',
}

it('says of each value where it goes', () => {
  expect(linesToPaste(outputs)).toEqual([
    expect.stringMatching(/^203\.0\.113\.7 .*IP白名单/),
    expect.stringMatching(/^203\.0\.113\.8 .*IP白名单/),
    expect.stringContaining('自动回复'),
    expect.stringMatching(/^https:\/\/api\.example\.com\/callback .*default Official Account.*消息推送/),
    expect.stringMatching(/^https:\/\/api\.example\.com\/callback\/<app> .*apps\.json.*小程序.*消息推送/),
    expect.stringMatching(/^https:\/\/api\.example\.com .*服务器域名.*request/),
    expect.stringMatching(/^d-abc\..*CNAME/),
  ])
})

// Its own words for them were other paths than those of the doctor.
it('names the pages of the consoles as the doctor does', () => {
  const told = linesToPaste(outputs).join('\n')
  const { official, mini, serverDomains } = pages
  const named = [official.allowList, mini.allowList, official.messagePush, mini.messagePush, serverDomains]
  for (const it of named) expect(told).toContain(it)
})

it('says before the callback’s URL that menus and automatic replies stop by it', () => {
  const lines = linesToPaste(outputs)
  const [warning, url] = ['自动回复', '/callback'].map(word => lines.findIndex(it => it.includes(word)))
  expect(warning).toBe((url ?? 0) - 1)
})

describe('the mini program’s server domains', () => {
  const inAws = {
    CallbackUrl: 'https://abc.execute-api.ap-southeast-1.amazonaws.com/callback',
    UploadUrl: 'https://i.s3.ap-southeast-1.amazonaws.com',
    ImagesDomain: 'i.s3.ap-southeast-1.amazonaws.com',
    StaticDomain: 's.s3.ap-southeast-1.amazonaws.com',
  }
  const own = {
    CallbackUrl: 'https://api.example.com/callback',
    UploadUrl: 'https://files.example.com',
    FilesUrl: 'https://files.example.com',
    FilesBy: 'cloudfront',
  }
  const fieldsOf = (given: Readonly<Record<string, string>>) =>
    linesToPaste(given).flatMap(it => {
      const [, value, field] = /^(\S+) .*服务器域名 → (\w+) 合法域名/.exec(it) ?? []
      return value === undefined ? [] : [[field, value]]
    })

  it('are one’s own for all three fields, each with what they need', () => {
    expect(fieldsOf({ ...inAws, ...own })).toEqual([
      ['request', 'https://api.example.com'],
      ['uploadFile', 'https://files.example.com'],
      ['downloadFile', 'https://files.example.com'],
    ])
    const lines = linesToPaste(own).filter(it => it.includes('服务器域名'))
    expect(lines.filter(it => !it.includes('备案'))).toEqual([])
  })

  // The console takes domains with a filing only; AWS's names would have been pasted in vain.
  it.each([
    ['https://d1.cloudfront.net', 'cloudfront', 'deploy with FILES_DOMAIN and FILES_CERTIFICATE'],
    ['https://abc.execute-api.ap-southeast-1.amazonaws.com', 'api', 'a proxy of yours'],
    ['https://abc.execute-api.cn-north-1.amazonaws.com.cn', 'api', 'a proxy of yours'],
  ])('are missing where all are AWS’s own: %s', (FilesUrl, FilesBy, hint) => {
    const given = { ...inAws, FilesUrl, FilesBy }
    expect(new Set(fieldsOf(given).map(([, value]) => value))).toEqual(new Set(['missing']))
    const lines = linesToPaste(given).filter(it => it.startsWith('missing'))
    expect(lines[0]).toContain('deploy with DOMAIN')
    for (const it of lines.slice(1)) expect(it).toContain(hint)
    expect(lines).toHaveLength(FilesBy === 'api' ? 5 : 3)
  })

  it('also say that the API leads on to the buckets, whose names are AWS’s', () => {
    const given = { ...inAws, ...own, UploadUrl: inAws.UploadUrl, FilesUrl: 'https://api.example.com', FilesBy: 'api' }
    expect(fieldsOf(given)).toEqual([
      ['request', 'https://api.example.com'],
      ['uploadFile', 'missing'],
      ['downloadFile', 'https://api.example.com'],
      ['downloadFile', 'missing'],
      ['downloadFile', 'missing'],
    ])
  })
})

it('names an address that was there before by its allocation id', () => {
  expect(linesToPaste({ EgressAllocationId: 'eipalloc-1' })).toEqual([expect.stringContaining('eipalloc-1')])
})

it('says how a new deployment takes the kept addresses again', () => {
  expect(linesAfterRemoval(outputs)).toEqual([
    expect.stringMatching(/203\.0\.113\.7 .*EGRESS_ALLOCATION_ID=eipalloc-1$/),
    expect.stringMatching(/203\.0\.113\.8 .*EGRESS_ALLOCATION_ID_2=eipalloc-2$/),
  ])
  expect(linesAfterRemoval({ EgressAllocationId: 'eipalloc-1' })).toEqual([])
})

it('says what becomes of kept data, and nothing where it went with the stage', () => {
  const kept = { ImagesBucket: 'pictures', StaticBucket: 'files', DataPolicy: 'Retain' }
  expect(linesAfterRemoval(kept)).toEqual([
    expect.stringMatching(/tables are kept.*TABLES=existing$/),
    expect.stringMatching(/pictures is kept.*aws s3 sync s3:\/\/pictures /),
    expect.stringMatching(/files is kept/),
  ])
  expect(linesAfterRemoval({ ...kept, DataPolicy: 'Delete' })).toEqual([])
})
