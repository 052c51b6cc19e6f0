import { expect, it } from 'vitest'
import { problemsOfForward } from '../../deploy/forward.ts'
import { readApps } from '../../lib/app-list.ts'
import { miniAppid, officialAppid } from '../ids.ts'

const brand = (url: string) => ({
  prod: {
    brand: { kind: 'official', appid: officialAppid, forward: [{ name: 'crm', url }] },
    shop: { kind: 'mini', appid: miniAppid },
  },
})
const problems = (url: string, forwardNetwork = 'public', pushesQueue = 'off') => {
  const apps = readApps(brand(url), 'prod', () => ({ official: officialAppid, mini: miniAppid }))
  return problemsOfForward(apps, { forwardUrl: url, forwardNetwork, pushesQueue }, 'prod')
}

it.each([
  ['https://crm.example.com/', 'public', true],
  ['https://localhost/', 'private', false],
  ['https://10.0.0.1/', 'public', false],
  ['https://10.0.0.1/', 'private', true],
  ['https://[::ffff:169.254.169.254]/', 'private', false],
  ['http://127.0.0.1:9000/', 'private', false],
  ['http://127.0.0.1:9000/', 'loopback', true],
])('before anything is built %s is told to be right under FORWARD_NETWORK=%s: %s', (url, network, isRight) => {
  expect(problems(url, network)).toEqual(
    isRight
      ? []
      : [expect.stringMatching(/^FORWARD_URL must be/), expect.stringMatching(/brand\.forward\.crm must be/)],
  )
})

it('names of servers are of the stage, and what is wrong in one is told at its place', () => {
  const server = { name: 'crm', url: 'https://crm.example.com/' }
  const list = (one: object, other: object) => ({
    prod: {
      brand: { kind: 'official', appid: officialAppid, forward: [one] },
      shop: { kind: 'mini', appid: miniAppid, forward: [other] },
    },
  })
  const read = (one: object, other: object) => () =>
    readApps(list(one, other), 'prod', () => ({ official: officialAppid, mini: miniAppid }))
  expect(read(server, server)).toThrow('brand and shop.forward have two servers named crm')
  expect(
    read({ ...server, url: 'http://crm.example.com/' }, { ...server, name: 'a', mode: 'open', only: { MsgType: [] } }),
  ).toThrow(
    /brand\.forward\.0\.url must be an https URL[\s\S]*shop\.forward\.0\.mode must be[\s\S]*MsgType must not be empty/,
  )
})

it('a queue of the stage itself is none for pushes', () => {
  const said = (queue: string) => problems('https://crm.example.com/', 'public', queue)
  expect([said('queqiao-prod-events'), said('queqiao-dev-crm')]).toEqual([
    ['PUSHES_QUEUE must be a queue of yours, not one of this stage'],
    [],
  ])
})
