/**
 * Orders of events that once went wrong, each with the failure that it prevents.
 *
 * `k` and `j` are how far a process came before the next thing happened: every number is tried, so that a scenario
 * outlives changes of the code that it was found in.
 */

import type { Action, Setup } from './model.ts'
import { readPeople, readSteps } from './script.ts'

type Told = {
  /** Where nothing else is said, no sync run came before, and WeChat names who has unfollowed. */
  readonly setup: Partial<Omit<Setup, 'people'>> & { readonly people: string }
  /** How many numbers are tried; one, where it is left out. */
  readonly tries?: { readonly k?: number; readonly j?: number }
  readonly steps: string
}
export type Scenario = {
  readonly setup: Setup
  readonly actions: (k: number, j: number) => readonly Action[]
  readonly ks: number
  readonly js: number
}

const usual = { namesLeavers: true, takesCursorOfLeaver: true, isSynced: false }

const scenarios: Readonly<Record<string, Told>> = {
  'nobody is taken for removed because people followed and unfollowed while the list was read': {
    // Prevents: the sync run ends too early, for it has seen as many as WeChat names, but not the same.
    setup: { people: 'follows away away away follows', isSynced: true },
    tries: { k: 30 },
    steps: 'follow 1, sync, run sync k, follow 2, follow 3, unfollow 0',
  },
  'whoever unfollowed between page and lookup, and returned unseen, is looked up again': {
    // Prevents: the page calls them linked for good, although the lookup found that they had unfollowed.
    setup: { people: 'follows' },
    tries: { k: 24 },
    steps: 'sync, run sync k, unfollow 0 unseen, work in follow, follow 0 unseen',
  },
  'whoever was linked for a page that was never saved is missed when they unfollow unseen': {
    // Prevents: queued, killed before the checkpoint, linked, gone: and no later sync run knows of them.
    setup: { people: 'follows' },
    tries: { k: 24 },
    steps: 'sync, run sync k, kill sync, work in follow, unfollow 0 unseen',
  },
  'whoever was linked for a sync run that was abandoned is missed when they unfollow unseen': {
    setup: { people: 'follows follows follows', takesCursorOfLeaver: false },
    tries: { k: 30 },
    steps: 'sync, run sync k, work in follow, unfollow 1 unseen',
  },
  'a sync run begins before it reads what events told': {
    // Prevents: a note that the sync run did not know is dropped at its end, as if it had.
    setup: { people: 'follows', isSynced: true },
    tries: { k: 12, j: 16 },
    steps: 'unfollow 0, consume unfollow, run consume 0 k, sync, follow 0 unseen, run sync j, kill sync',
  },
  'whoever followed while the first page was on its way is missed when they unfollow unseen': {
    setup: { people: 'away follows follows follows', isSynced: true },
    tries: { k: 16, j: 12 },
    steps: `
      sync, run sync k, follow 0, work in follow, run sync j, kill sync, pass 61 s, sync, run sync, work in unfollow,
      unfollow 0 unseen
    `,
  },
  'news of a sync run that come late are noted for the next one': {
    // Prevents: a later sync run has missed them meanwhile, so nothing knows that they are linked again.
    setup: { people: 'follows' },
    steps: `
      sync, run sync, unfollow 0 unseen, sync, run sync, work in unfollow, follow 0 unseen, work in follow,
      unfollow 0 unseen
    `,
  },
  'a try that lost leaves no unionid behind that leads to who has unfollowed': {
    // Prevents: WeChat may name no unionid of who does not follow, so nothing leads back to that row.
    setup: { people: 'away', namesLeavers: false },
    tries: { k: 12, j: 12 },
    steps: `
      follow 0, consume follow, run consume 0 k, unfollow 0, consume unfollow in 1, run consume 1 j, run consume 0
    `,
  },
  'of two writes in one second none takes a unionid for absent that the other has written': {
    // Prevents: the row that was compared with looks the same, for its unionid is not looked at.
    setup: { people: 'unbound', namesLeavers: false },
    tries: { k: 12, j: 12 },
    steps: `
      follow 0, work in follow, bind 0, unfollow 0, follow 0, consume follow in 1, run consume 1 j, unfollow 0 unseen,
      consume unfollow, run consume 0 k, run consume 1, run consume 0
    `,
  },
  'whoever followed again unseen after they were forgotten is found by the sync run': {
    setup: { people: 'away' },
    steps: 'forget 0, pass 1 s, follow 0 unseen',
  },
  'a sync run that goes on for long keeps nobody who was forgotten meanwhile': {
    // Prevents: it began before the request, and writes a page after the second time.
    setup: { people: 'follows '.repeat(16), isSynced: true },
    tries: { k: 16 },
    steps: `
      sync, run sync k, forget 15, work in erase, ${'pass 19 s, run sync 2, '.repeat(7)}work in erase
    `,
  },
  'whoever follows again while they are erased for the second time is missed when they unfollow unseen': {
    // Prevents: the mark comes back after it was taken away, and the sync runs pass over them for good.
    setup: { people: 'follows', isSynced: true },
    tries: { k: 12, j: 12 },
    steps: `
      forget 0, work in erase, pass 121 s, unfollow 0 unseen, pass 1 s, follow 0, consume erase, consume follow in 1,
      run consume 0 k, run consume 1 j, run consume 0, run consume 1, unfollow 0 unseen
    `,
  },
  'an older request does not weaken a newer one': {
    // Prevents: its mark takes the newer one's place, and a follow between the two counts as a return.
    setup: { people: 'follows', isSynced: true },
    steps: `
      forget 0, pass 1 s, unfollow 0 unseen, follow 0 unseen, pass 1 s, forget 0, consume 1 any from 1, run consume 0,
      work in erase
    `,
  },
  'a login that was under way when the request came is forgotten': {
    // Prevents: it is dated by when it is written, and so looks newer than the request.
    setup: { people: 'away' },
    tries: { k: 12 },
    steps: 'log in, run code k, pass 1 s, forget mini 0, pass 1 s',
  },
  'a login that is written while its person is forgotten is found the second time': {
    // Prevents: the unionid's row, which alone leads to it, is removed the first time.
    setup: { people: 'away' },
    tries: { k: 10, j: 12 },
    steps: 'log in, run code k, forget 0, consume erase, run consume 0 j, run code',
  },
  'a unionid that was found while its person was forgotten is forgotten too': {
    setup: { people: 'unbound' },
    tries: { k: 12, j: 12 },
    steps: `
      follow 0, forget 0, bind 0, consume follow, consume erase in 1, run consume 0 k, run consume 1 j, run consume 0
    `,
  },
  'a page from which somebody was taken is written anew when they are back': {
    // Prevents: it is named by what it held before, so it seems to be there already.
    setup: { people: 'follows', isSynced: true },
    steps: `
      forget 0, work in erase, pass 121 s, work in erase, unfollow 0 unseen, pass 1 s, follow 0, work in follow,
      pass 61 s, sync, run sync, unfollow 0 unseen
    `,
  },
  'whoever returned before they were forgotten for their long absence is missed when they unfollow unseen': {
    setup: { people: 'follows' },
    steps: `
      unfollow 0, work in unfollow, pass 259200 s, revisit, run revisit, follow 0, work in follow, work in expire,
      unfollow 0 unseen
    `,
  },
  'a login that was cut short is written whole by the next one': {
    // Prevents: the mini program's row is there, so nothing seems to be new.
    setup: { people: 'away' },
    tries: { k: 12 },
    steps: 'log in, run code k, kill code, log in',
  },
  'one follower who never gets a unionid does not stand before all others': {
    setup: { people: 'follows-unbound unbound follows-unbound', isSynced: true },
    steps: 'bind 2',
  },
  'nothing of a unionid is left that the follower got while they were forgotten': {
    // Prevents: the rows are looked up by the unionid known before, and the new one leads to them for ever.
    setup: { people: 'away', namesLeavers: false, takesCursorOfLeaver: false },
    tries: { k: 12, j: 12 },
    steps: `
      follow 0, work in follow, pass 1 s, unfollow 0, forget 0, follow 0, rebind, consume erase in 1, run consume 1 k,
      consume follow, run consume 0 j
    `,
  },
  'of several states of one second the last one stands in both rows': {
    // Prevents: the row of the openid knows the order, the unionid's is written over by whoever comes last.
    setup: { people: 'away' },
    tries: { k: 8, j: 12 },
    steps: `
      follow 0, work in follow, pass 1 s, unfollow 0, consume unfollow in 1, run consume 1 k, follow 0,
      consume follow, run consume 0 j
    `,
  },
  'a try that comes late brings nothing back of a unionid that was forgotten meanwhile': {
    // Prevents: the row of the unionid is written from what was read before, and nothing leads to it any more.
    setup: { people: 'away' },
    tries: { k: 8 },
    steps: `
      forget 0, pass 1 s, follow 0, double 1, consume 1 follow in 1, run consume 1 1, kill consume 1,
      consume 1 follow from 1, run consume 0, consume follow in 1, run consume 1 k, unfollow 0, work in unfollow,
      work in erase, run consume 1
    `,
  },
  'a write that comes late leaves nothing that leads to who was forgotten meanwhile': {
    // Prevents: the unionid's row says that they followed since, but the row of that openid has gone with the request.
    setup: { people: 'away' },
    tries: { k: 8, j: 16 },
    steps: `
      forget 0, pass 1 s, follow 0, consume follow in 1, run consume 1 k, unfollow 0, work in unfollow, consume erase,
      run consume 0 j, run consume 1
    `,
  },
  'whoever returned while they were forgotten is looked up, though they were linked before': {
    // Prevents: the sync run knows them as linked and asks nobody, while the second time takes their row.
    setup: { people: 'away' },
    tries: { k: 16 },
    steps: `
      forget 0, work in erase, pass 121 s, follow 0, work in follow, sync, run sync k, unfollow 0, work in unfollow,
      work in erase, follow 0 unseen, run sync
    `,
  },
  'a login that joined while its person was forgotten goes also if that was cut short': {
    // Prevents: the row that leads to the login is gone, with it the knowledge of the login.
    setup: { people: 'away' },
    tries: { k: 10, j: 14 },
    steps: 'forget 0, consume erase, run consume 0 k, log in, run code, run consume 0 j, kill consume 0',
  },
  'a unionid of before leads to nobody, however late it is written': {
    // Prevents: it was not there yet to be taken back when the new one was written, and comes after that.
    setup: { people: 'away' },
    tries: { k: 8, j: 10 },
    steps: `
      follow 0, double 0, consume 1 follow, run consume 0 k, rebind, consume follow in 1, run consume 1 j,
      run consume 0, run consume 1
    `,
  },
  'a unionid of before leads to nobody, whoever is killed on the way to the new one': {
    setup: { people: 'follows', isSynced: true },
    tries: { k: 10 },
    steps: 'rebind, unfollow 0 unseen, pass 1 s, follow 0, consume follow, run consume 0 k, kill consume 0',
  },
  'whoever has another openid since the account moved is reached by it, whenever the end of the old one is told': {
    // Prevents: the later news is of the old openid, and takes the unionid away from the new one for good.
    setup: { people: 'follows', isSynced: true },
    tries: { k: 10, j: 10 },
    steps: `
      move 0, sync, run sync, consume follow in 1, run consume 1 k, consume unfollow, run consume 0 j, run consume 1
    `,
  },
  'whoever logs in again after they were forgotten is reached again, for they follow all along': {
    // Prevents: only another follow would end the request, and who follows cannot follow.
    setup: { people: 'follows', isSynced: true },
    steps: 'forget 0, work in erase, pass 121 s, work in erase, pass 1 s, log in, run code',
  },
  'whoever requested erasure is not taken for removed by a sync run that goes on after a stop': {
    // Prevents: the pages, from which it learns whom it has seen, pass over them.
    setup: { people: 'away follows follows', isSynced: true },
    tries: { k: 8, j: 8 },
    steps: `
      forget 0, follow 0, consume follow in 1, run consume 1 j, consume erase, run consume 0 k, run consume 1,
      pass 1 s, sync briefly, run sync, sync, run sync, consume unfollow in 1, run consume 1
    `,
  },
  'whoever follows again unseen while their leaving is written is missed when they unfollow unseen': {
    // Prevents: the journal has what was told, and not what was written when WeChat was asked once more.
    setup: { people: 'follows', isSynced: true },
    tries: { k: 8 },
    steps: `
      forget 0, unfollow 0, consume unfollow in 1, run consume 1 k, work in erase, pass 1 s, follow 0 unseen,
      run consume 1, unfollow 0 unseen
    `,
  },
  'a unionid of before leads to nobody, though who was on the way to the new one was killed and the account moved': {
    // Prevents: the next try has something new to write, and lets go of nothing but what it replaces.
    setup: { people: 'follows', isSynced: true },
    tries: { k: 10 },
    steps: `
      rebind, unfollow 0 unseen, pass 1 s, follow 0, consume follow, run consume 0 k, kill consume 0, move 0 unseen,
      work in follow
    `,
  },
  'a write that comes late makes nobody reachable whom WeChat does not know any more': {
    // Prevents: the next try finds neither them nor a row, and is done, before the write of the killed one arrives.
    setup: { people: 'away' },
    tries: { k: 8, j: 8 },
    steps: `
      follow 0, consume follow, run consume 0 k, move 0, kill consume 0 late, consume 2 any in 1, run consume 1 j
    `,
  },
  'whoever returned before their request was worked in is not taken for removed by a sync run that comes by meanwhile':
    {
      // Prevents: the page is read with the mark, and judged without it; then the sync run stops.
      setup: { people: 'away follows follows', isSynced: true },
      tries: { k: 16, j: 8 },
      steps: `
      forget 0, pass 1 s, follow 0, work in follow, pass 1 s, sync briefly, run sync k, consume erase,
      run consume 0 j, run sync 1, run consume 0, run sync, sync, run sync, work in unfollow
    `,
    },
}

export const found: Readonly<Record<string, Scenario>> = Object.fromEntries(
  Object.entries(scenarios).map(([name, { setup, tries: { k: ks = 1, j: js = 1 } = {}, steps }]) => [
    name,
    {
      setup: { ...usual, ...setup, people: readPeople(setup.people) },
      actions: (k, j) => readSteps(steps, k, j),
      ks,
      js,
    },
  ]),
)
