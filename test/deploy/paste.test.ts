import { describe, expect, it } from 'vitest'

import { linesAfterRemoval, linesToPaste } from '../../deploy/paste.ts'

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
    expect.stringMatching(/^https:\/\/api\.example\.com\/callback .*消息推送/),
    expect.stringMatching(/^https:\/\/api\.example\.com .*服务器域名/),
    expect.stringMatching(/^d-abc\..*CNAME/),
  ])
})

describe('the mini program’s server domains', () => {
  const buckets = { UploadDomain: 'i.s3.cn-north-1.amazonaws.com.cn', StaticDomain: 's.s3.cn-north-1.amazonaws.com.cn' }
  const page = '小程序\\) → 开发管理 → 开发设置 → 服务器域名'

  it('are the bucket for uploads, and CloudFront for downloads', () => {
    const given = {
      ...buckets,
      FilesUrl: 'https://files.example.com',
      FilesTarget: 'd1.example.net',
      FilesBy: 'cloudfront',
    }
    expect(linesToPaste(given)).toEqual([
      expect.stringMatching(new RegExp(`^https://i\\.s3\\S+ .*${page}: uploadFile 合法域名$`)),
      expect.stringMatching(new RegExp(`^https://files\\.example\\.com .*${page}: downloadFile 合法域名$`)),
      expect.stringMatching(/^d1\.example\.net .*CNAME/),
    ])
  })

  it('are also the buckets for downloads where the API leads to them', () => {
    const lines = linesToPaste({ ...buckets, FilesUrl: 'https://api.example.com', FilesBy: 'api' })
    const read = lines.filter(it => it.endsWith('downloadFile 合法域名')).map(it => it.split(' ')[0])
    const hosts = ['api.example.com', buckets.UploadDomain, buckets.StaticDomain]
    expect(read).toEqual(hosts.map(it => `https://${it}`))
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
