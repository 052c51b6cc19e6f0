/** What the functions need, derived from their code as it is, and from code that was changed. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { beforeAll, describe, expect, it } from 'vitest'

import { problemsIn } from '../../tools/needs/compare.ts'
import { type Declared, readDeclared } from '../../tools/needs/declared.ts'
import { needsOfAll } from '../../tools/needs/needs.ts'
import { openSource, root } from '../../tools/needs/source.ts'

let declared: Declared

beforeAll(async () => {
  declared = await readDeclared()
})

/** Takes pieces of a file's text for others; each has to be there. */
async function changed(path: string, ...pieces: readonly (readonly [from: string, to: string])[]) {
  let text = await readFile(join(root, path), 'utf8')
  for (const [from, to] of pieces) {
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
    text = text.replace(from, to)
  }
  return { [path]: text }
}

async function problemsWith(...changes: readonly Promise<Record<string, string>>[]) {
  const source = openSource(Object.assign({}, ...(await Promise.all(changes))))
  return problemsIn(needsOfAll(source, declared.queues), declared)
}

describe('the code of the functions', () => {
  it('needs what they are given, and nothing else', async () => {
    const needs = needsOfAll(openSource(), declared.queues)
    expect(problemsIn(needs, declared)).toEqual([])
    expect(needs.get('me')).toEqual({
      trigger: 'httpApi',
      variables: new Set(['STAGE', 'SECRETS_PREFIX', 'WECHAT_OFFICIAL_APPID', 'WECHAT_MINI_APPID', 'LINKS_TABLE']),
      rights: new Set(['dynamodb:BatchGetItem on LinksTable', 'ssm:GetParameters on session-public-keys']),
      callsWeChat: false,
    })
  })

  // Every check passed, and the function would have answered 500 on AWS.
  it('tells of each thing more, or less, that it uses', async () => {
    const problems = await problemsWith(
      // A use-case that calls one more method of a store.
      changed(
        'lib/followers/reach.ts',
        ["Pick<LinkStore, 'resolve'>", 'LinkStore'],
        ['const [found]', 'await deps.links.loginsOf([])\n  await deps.links.writeLogin(identity, 0)\n  const [found]'],
      ),
      // A door that opens one thing more, which has a secret and variables.
      changed(
        'functions/deliveries.ts',
        ['import { deliveryList', "import { sessionSigner } from '../lib/runtime/secrets.ts'\nimport { deliveryList"],
        ['deliveryStore(), ', 'deliveryStore(), sessions: sessionSigner(), '],
      ),
      // An adapter that makes another request for the same method.
      changed('lib/adapters/dynamo/logins.ts', ['new GetCommand(', 'new QueryCommand(']),
      // One that uses less than before.
      changed('lib/login/me.ts', ['await links.resolve([{ mini, miniOpenid }])', '[undefined]']),
      // A function that nobody declared.
      Promise.resolve({ 'functions/version.ts': "export const handler = () => 'one'" }),
    )
    expect(problems).toEqual([
      'version: is not in serverless.yml',
      'login: needs dynamodb:Query on LoginsTable, and may not (resources/roles.cjs)',
      'login: may dynamodb:GetItem on LoginsTable, and does not need it (resources/roles.cjs)',
      'me: may dynamodb:BatchGetItem on LinksTable, and does not need it (resources/roles.cjs)',
      'deliveries: reads SECRETS_PREFIX, and does not have it (serverless.yml)',
      'deliveries: reads SESSION_SECONDS, and does not have it (serverless.yml)',
      'deliveries: needs ssm:GetParameters on session-keys, and may not (resources/roles.cjs)',
      'reach: needs dynamodb:UpdateItem on LinksTable, and may not (resources/roles.cjs)',
    ])
  })

  // On AWS every erasure that reached a follower was refused: `npm run check:needs` missed a read behind a list of accounts.
  it('is seen by the use that a list of what it is in is made of, whatever the type of that says', async () => {
    const asJournal = changed('lib/followers/deps.ts', ['syncRuns: SyncPages', "syncRuns: Pick<Journal, 'forget'>"])
    expect(await problemsWith(asJournal)).toEqual([])
  })

  // Of each the check missed the method, as if nobody used it.
  it('is seen of an object that goes on as another type, on whatever way', () => {
    const ways = {
      'in-list': 'useFirst({ all: [linkStore()].map(links => ({ links })) })',
      'perhaps-absent': 'use(Math.random() > 1 ? undefined : linkStore())',
      spread: 'use({ ...linkStore() })',
      returned: 'useOpened(() => ({ links: linkStore() }))',
      promised: 'usePromised(Promise.resolve({ links: linkStore() }))',
      generic: 'useAny(linkStore())',
      assigned: 'kept = linkStore()\nkept.endScans([])',
    }
    const files = Object.entries(ways).map(([name, code]) => [`functions/${name}.ts`, `${usingLinks}\n${code}`])
    const needs = needsOfAll(openSource(Object.fromEntries(files)), declared.queues)
    const unseen = Object.keys(ways).filter(it => !needs.get(it)?.rights.has('dynamodb:UpdateItem on LinksTable'))
    expect(unseen).toEqual([])
  })
})

const usingLinks = `
  import { linkStore } from '../lib/runtime/stores.ts'
  type Links = { endScans(links: readonly never[]): Promise<void> }
  type Account = { readonly links: Links }
  let kept: Links | undefined
  const use = (links: Links | undefined) => links?.endScans([])
  const useFirst = ({ all }: { readonly all: readonly Account[] }) => all[0]?.links.endScans([])
  const useOpened = (open: () => Account) => open().links.endScans([])
  const usePromised = async (opened: Promise<Account>) => (await opened).links.endScans([])
  const useAny = <L extends Links>(links: L) => links.endScans([])`
