/** What is declared of a function differs from what its code needs: each way in which it can is found. */

import { describe, expect, it } from 'vitest'

import { problemsIn } from '../../tools/needs/compare.ts'
import type { Declared } from '../../tools/needs/declared.ts'
import type { Needs } from '../../tools/needs/needs.ts'

const me: Needs = {
  trigger: 'httpApi',
  variables: new Set(['STAGE', 'AWS_REGION', 'LINKS_TABLE', 'SECRETS_PREFIX']),
  rights: new Set(['dynamodb:BatchGetItem on LinksTable', 'ssm:GetParameters on session-public-keys']),
  callsWeChat: false,
}
const send: Needs = {
  trigger: 'sqs',
  variables: new Set(['EVENTS_QUEUE']),
  rights: new Set(['sqs:SendMessage on EventsQueue']),
  callsWeChat: true,
}
const entry = { me: 'GET /me', send: { arn: { 'Fn::GetAtt': ['EventsQueue', 'Arn'] }, batchSize: 10 } }
const taken = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'].map(it => `${it} on EventsQueue`)

/** All of it as it should be. */
function openHouse() {
  const house = {
    functions: {
      me: {
        ...{ handler: 'functions/me.handler', role: 'MeRole', events: [{ httpApi: entry.me }] },
        environment: { LINKS_TABLE: 'links', SECRETS_PREFIX: '/queqiao' } as Record<string, string>,
      },
      send: {
        ...{ handler: 'functions/send.handler', role: 'SendRole', vpc: {}, events: [{ sqs: entry.send }] },
        environment: { EVENTS_QUEUE: 'events' } as Record<string, string>,
      },
    },
    common: ['STAGE'],
    roles: {
      MeRole: { rights: new Set(me.rights), isInVpc: false },
      SendRole: { rights: new Set([...send.rights, ...taken]), isInVpc: true },
    },
    granted: ['me', 'send'],
    looping: ['send'],
    queues: ['EventsQueue'],
    routes: ['GET /me'],
  }
  return house satisfies Declared
}
type House = ReturnType<typeof openHouse>

function problemsAfter(change: (house: House) => unknown, needs: Readonly<Record<string, Needs>> = { me, send }) {
  const house = openHouse()
  change(house)
  return problemsIn(new Map(Object.entries(needs)), house)
}

describe('what is declared of a function', () => {
  it('is right when it is what the code needs', () => {
    expect(problemsAfter(() => undefined)).toEqual([])
  })

  const wrongs: Readonly<Record<string, (house: House) => unknown>> = {
    'me: reads LINKS_TABLE, and does not have it (serverless.yml)': it =>
      delete it.functions.me.environment.LINKS_TABLE,
    'me: has LOGINS_TABLE, and does not read it (serverless.yml)': it =>
      (it.functions.me.environment.LOGINS_TABLE = 'logins'),
    'me: needs dynamodb:BatchGetItem on LinksTable, and may not (resources/roles.cjs)': it =>
      it.roles.MeRole.rights.delete('dynamodb:BatchGetItem on LinksTable'),
    'me: may dynamodb:PutItem on LinksTable, and does not need it (resources/roles.cjs)': it =>
      it.roles.MeRole.rights.add('dynamodb:PutItem on LinksTable'),
    'me: needs ssm:GetParameters on session-public-keys, and may not (resources/roles.cjs)': it =>
      it.roles.MeRole.rights.delete('ssm:GetParameters on session-public-keys'),
    // By it Lambda itself takes the messages of the queue.
    'send: needs sqs:ReceiveMessage on EventsQueue, and may not (resources/roles.cjs)': it =>
      it.roles.SendRole.rights.delete('sqs:ReceiveMessage on EventsQueue'),
    'GET /version: is a route, and not in the table of docs/http-api.md': it =>
      (it.functions.me.events = [{ httpApi: 'GET /version' }, { httpApi: 'GET /me' }]),
    'GET /token: is in the table of docs/http-api.md, and no route': it => it.routes.push('GET /token'),
    'me: does not call WeChat: so vpc goes (serverless.yml)': it => Object.assign(it.functions.me, { vpc: {} }),
    'me: its role has to be MeRole (serverless.yml)': it => (it.functions.me.role = 'SendRole'),
    'me: its handler is made for httpApi, its events are httpApi, schedule (serverless.yml)': it =>
      Object.assign(it.functions.me, { events: [{ httpApi: 'GET /me' }, { schedule: 'rate(1 minute)' }] }),
    'you: has rights in resources/roles.cjs, and is no function': it => it.granted.push('you'),
    'send: pushes into the queue that triggers it, and is not in resources/recursive-loops.cjs': it => it.looping.pop(),
  }

  it.each(Object.entries(wrongs))('is found wrong: %s', (problem, change) => {
    expect(problemsAfter(change)).toEqual([problem])
  })

  it('is found wrong by code that nobody deploys', () => {
    expect(problemsAfter(() => undefined, { me, send, version: me })).toEqual(['version: is not in serverless.yml'])
  })
})
