import { expect, it } from 'vitest'

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
