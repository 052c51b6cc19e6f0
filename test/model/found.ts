/**
 * Orders of events that once went wrong, each with the failure that it prevents.
 *
 * `k` and `j` are how far a process came before the next thing happened: every number is tried, so that a scenario
 * outlives changes of the code that it was found in.
 */

import type { News } from '../../lib/followers/follower-news.ts'
import type { Action, Setup } from './model.ts'

type Change = News['change']
type Slot = 'walk' | 'consume 0' | 'consume 1' | 'code' | 'revisit'

export type Scenario = {
  readonly setup: Setup
  readonly actions: (k: number, j: number) => readonly Action[]
  /** How many of each are tried. */
  readonly ks: number
  readonly js: number
}

const toTheEnd = 60
const follows = { isFollowing: true, isBound: true }
const isAway = { isFollowing: false, isBound: true }
const isUnbound = { isFollowing: false, isBound: false }
const rules = { namesLeavers: true, takesCursorOfLeaver: true }

const follow = (who: number, told: 'once' | 'never'): Action => ({ do: 'follow', who, told })
const unfollow = (who: number, told: 'once' | 'never'): Action => ({ do: 'unfollow', who, told })
const forget = (who: number, how: 'revoke' | 'revoke-mini' = 'revoke'): Action => ({
  do: 'forget',
  who,
  how,
  told: 'once',
})
const pass = (ms: number): Action => ({ do: 'pass', ms })
const bind = (who: number): Action => ({ do: 'bind', who })
const logIn: Action = { do: 'logIn', who: 0 }
const walk: Action = { do: 'walk', slot: 0, action: 'walk', isShort: false }
/** A consumer takes all messages that tell of this. */
const consume = (change: Change, slot = 0): Action => ({ do: 'consume', slot, from: 0, count: 10, change })
const advance = (slot: Slot, times = toTheEnd): Action => ({ do: 'advance', who: 0, slot, times })
const kill = (slot: Slot): Action => ({ do: 'kill', who: 0, slot, arrives: false })
/** Works all such messages in. */
const workIn = (change: Change): Action[] => [consume(change), advance('consume 0')]
const secondTime = pass(121_000)
/** A consumer takes one message that tells of this, the `from`th. */
const consumeOne = (change: Change, slot: number, from: number): Action => ({
  do: 'consume',
  slot,
  from,
  count: 1,
  change,
})

export const found: Readonly<Record<string, Scenario>> = {
  'nobody is taken for gone because people came and left while the list was read': {
    // Prevents: the walk ends too early, for it has seen as many as WeChat names, but not the same.
    setup: { ...rules, people: [follows, isAway, isAway, isAway, follows], isWalked: true },
    actions: k => [
      follow(1, 'once'),
      walk,
      advance('walk', k),
      follow(2, 'once'),
      follow(3, 'once'),
      unfollow(0, 'once'),
    ],
    ks: 30,
    js: 1,
  },
  'whoever left between page and lookup, and came back unseen, is looked up again': {
    // Prevents: the page calls them linked for good, although the lookup found that they had left.
    setup: { ...rules, people: [follows], isWalked: false },
    actions: k => [
      walk,
      advance('walk', k),
      unfollow(0, 'never'),
      consume('follow'),
      advance('consume 0'),
      follow(0, 'never'),
    ],
    ks: 24,
    js: 1,
  },
  'whoever was linked for a page that was never saved is missed when they leave unseen': {
    // Prevents: queued, killed before the checkpoint, linked, gone: and no later walk knows of them.
    setup: { ...rules, people: [follows], isWalked: false },
    actions: k => [walk, advance('walk', k), kill('walk'), ...workIn('follow'), unfollow(0, 'never')],
    ks: 24,
    js: 1,
  },
  'whoever was linked for a walk that was abandoned is missed when they leave unseen': {
    setup: { ...rules, takesCursorOfLeaver: false, people: [follows, follows, follows], isWalked: false },
    actions: k => [walk, advance('walk', k), consume('follow'), advance('consume 0'), unfollow(1, 'never')],
    ks: 30,
    js: 1,
  },
  'a walk begins before it reads what events told': {
    // Prevents: a note that the walk did not know is dropped at its end, as if it had.
    setup: { ...rules, people: [follows], isWalked: true },
    actions: (k, j) => [
      unfollow(0, 'once'),
      consume('unfollow'),
      advance('consume 0', k),
      walk,
      follow(0, 'never'),
      advance('walk', j),
      kill('walk'),
    ],
    ks: 12,
    js: 16,
  },
  'whoever came while the first page was on its way is missed when they leave unseen': {
    setup: { ...rules, people: [isAway, follows, follows, follows], isWalked: true },
    actions: (k, j) => [
      walk,
      advance('walk', k),
      follow(0, 'once'),
      consume('follow'),
      advance('consume 0'),
      advance('walk', j),
      kill('walk'),
      pass(61_000),
      walk,
      advance('walk'),
      ...workIn('unfollow'),
      unfollow(0, 'never'),
    ],
    ks: 16,
    js: 12,
  },
  'news of a walk that come late are noted for the next one': {
    // Prevents: a later walk has missed them meanwhile, so nothing knows that they are linked again.
    setup: { ...rules, people: [follows], isWalked: false },
    actions: () => [
      walk,
      advance('walk'),
      unfollow(0, 'never'),
      walk,
      advance('walk'),
      ...workIn('unfollow'),
      follow(0, 'never'),
      ...workIn('follow'),
      unfollow(0, 'never'),
    ],
    ks: 1,
    js: 1,
  },
  'a try that lost leaves no unionid behind that leads to who has left': {
    // Prevents: WeChat may name no unionid of who does not follow, so nothing leads back to that row.
    setup: { ...rules, namesLeavers: false, people: [isAway], isWalked: false },
    actions: (k, j) => [
      follow(0, 'once'),
      consume('follow', 0),
      advance('consume 0', k),
      unfollow(0, 'once'),
      consume('unfollow', 1),
      advance('consume 1', j),
      advance('consume 0'),
    ],
    ks: 12,
    js: 12,
  },
  'of two writes in one second none takes a unionid for absent that the other has written': {
    // Prevents: the row that was compared with looks the same, for its unionid is not looked at.
    setup: { ...rules, namesLeavers: false, people: [isUnbound], isWalked: false },
    actions: (k, j) => [
      follow(0, 'once'),
      ...workIn('follow'),
      bind(0),
      unfollow(0, 'once'),
      follow(0, 'once'),
      consume('follow', 1),
      advance('consume 1', j),
      unfollow(0, 'never'),
      consume('unfollow', 0),
      advance('consume 0', k),
      advance('consume 1'),
      advance('consume 0'),
    ],
    ks: 12,
    js: 12,
  },
  'whoever followed again unseen after they were forgotten is found by the walk': {
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: () => [forget(0), pass(1000), follow(0, 'never')],
    ks: 1,
    js: 1,
  },
  'a walk that goes on for long keeps nobody who was forgotten meanwhile': {
    // Prevents: it began before the wish, and writes a page after the second time.
    setup: { ...rules, people: Array.from({ length: 16 }, () => follows), isWalked: true },
    actions: k => [
      walk,
      advance('walk', k),
      forget(15),
      ...workIn('erase'),
      ...Array.from({ length: 7 }, () => [pass(19_000), advance('walk', 2)]).flat(),
      ...workIn('erase'),
    ],
    ks: 16,
    js: 1,
  },
  'whoever follows again while they are forgotten for the second time is missed when they leave unseen': {
    // Prevents: the mark comes back after it was taken away, and the walks pass over them for good.
    setup: { ...rules, people: [follows], isWalked: true },
    actions: (k, j) => [
      forget(0),
      ...workIn('erase'),
      secondTime,
      unfollow(0, 'never'),
      pass(1000),
      follow(0, 'once'),
      consume('erase', 0),
      consume('follow', 1),
      advance('consume 0', k),
      advance('consume 1', j),
      advance('consume 0'),
      advance('consume 1'),
      unfollow(0, 'never'),
    ],
    ks: 12,
    js: 12,
  },
  'an older wish does not weaken a newer one': {
    // Prevents: its mark takes the newer one's place, and a follow between the two counts as a return.
    setup: { ...rules, people: [follows], isWalked: true },
    actions: () => [
      forget(0),
      pass(1000),
      unfollow(0, 'never'),
      follow(0, 'never'),
      pass(1000),
      forget(0),
      { do: 'consume', slot: 0, from: 1, count: 1 },
      advance('consume 0'),
      ...workIn('erase'),
    ],
    ks: 1,
    js: 1,
  },
  'a login that was under way when the wish came is forgotten': {
    // Prevents: it is dated by when it is written, and so looks newer than the wish.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: k => [logIn, advance('code', k), pass(1000), forget(0, 'revoke-mini'), pass(1000)],
    ks: 12,
    js: 1,
  },
  'a login that is written while its person is forgotten is found the second time': {
    // Prevents: the unionid's row, which alone leads to it, is removed the first time.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: (k, j) => [
      logIn,
      advance('code', k),
      forget(0),
      consume('erase'),
      advance('consume 0', j),
      advance('code'),
    ],
    ks: 10,
    js: 12,
  },
  'a unionid that was found while its person was forgotten is forgotten too': {
    setup: { ...rules, people: [isUnbound], isWalked: false },
    actions: (k, j) => [
      follow(0, 'once'),
      forget(0),
      bind(0),
      consume('follow', 0),
      consume('erase', 1),
      advance('consume 0', k),
      advance('consume 1', j),
      advance('consume 0'),
    ],
    ks: 12,
    js: 12,
  },
  'a page from which somebody was taken is written anew when they are back': {
    // Prevents: it is named by what it held before, so it seems to be there already.
    setup: { ...rules, people: [follows], isWalked: true },
    actions: () => [
      forget(0),
      ...workIn('erase'),
      secondTime,
      ...workIn('erase'),
      unfollow(0, 'never'),
      pass(1000),
      follow(0, 'once'),
      ...workIn('follow'),
      pass(61_000),
      walk,
      advance('walk'),
      unfollow(0, 'never'),
    ],
    ks: 1,
    js: 1,
  },
  'whoever came back before they were forgotten for their long absence is missed when they leave unseen': {
    setup: { ...rules, people: [follows], isWalked: false },
    actions: () => [
      unfollow(0, 'once'),
      ...workIn('unfollow'),
      pass(3 * 86_400_000),
      { do: 'revisit' },
      advance('revisit'),
      follow(0, 'once'),
      ...workIn('follow'),
      ...workIn('expire'),
      unfollow(0, 'never'),
    ],
    ks: 1,
    js: 1,
  },
  'a login that was cut short is written whole by the next one': {
    // Prevents: the mini program's row is there, so nothing seems to be new.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: k => [logIn, advance('code', k), kill('code'), logIn],
    ks: 12,
    js: 1,
  },
  'one follower who never gets a unionid does not stand before all others': {
    setup: {
      ...rules,
      people: [{ isFollowing: true, isBound: false }, isUnbound, { isFollowing: true, isBound: false }],
      isWalked: true,
    },
    actions: () => [bind(2)],
    ks: 1,
    js: 1,
  },
  'nothing of a unionid is left that the follower got while they were forgotten': {
    // Prevents: the rows are looked up by the unionid known before, and the new one leads to them for ever.
    setup: { people: [isAway], isWalked: false, namesLeavers: false, takesCursorOfLeaver: false },
    actions: (k, j) => [
      follow(0, 'once'),
      ...workIn('follow'),
      pass(1000),
      unfollow(0, 'once'),
      forget(0),
      follow(0, 'once'),
      { do: 'rebind' },
      consume('erase', 1),
      advance('consume 1', k),
      consume('follow'),
      advance('consume 0', j),
    ],
    ks: 12,
    js: 12,
  },
  'of several states of one second the last one stands in both rows': {
    // Prevents: the row of the openid knows the order, the unionid's is written over by whoever comes last.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: (k, j) => [
      follow(0, 'once'),
      ...workIn('follow'),
      pass(1000),
      unfollow(0, 'once'),
      consume('unfollow', 1),
      advance('consume 1', k),
      follow(0, 'once'),
      consume('follow'),
      advance('consume 0', j),
    ],
    ks: 8,
    js: 12,
  },
  'a try that comes late brings nothing back of a unionid that was forgotten meanwhile': {
    // Prevents: the row of the unionid is written from what was read before, and nothing leads to it any more.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: k => [
      forget(0),
      pass(1000),
      follow(0, 'once'),
      { do: 'double', pick: 1 },
      consumeOne('follow', 1, 0),
      advance('consume 1', 1),
      kill('consume 1'),
      consumeOne('follow', 0, 1),
      advance('consume 0'),
      consume('follow', 1),
      advance('consume 1', k),
      unfollow(0, 'once'),
      ...workIn('unfollow'),
      ...workIn('erase'),
      advance('consume 1'),
    ],
    ks: 8,
    js: 1,
  },
  'a write that comes late leaves nothing that leads to who was forgotten meanwhile': {
    // Prevents: the unionid's row says that they followed since, but the row of that openid has gone with the wish.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: (k, j) => [
      forget(0),
      pass(1000),
      follow(0, 'once'),
      consume('follow', 1),
      advance('consume 1', k),
      unfollow(0, 'once'),
      ...workIn('unfollow'),
      consume('erase'),
      advance('consume 0', j),
      advance('consume 1'),
    ],
    ks: 8,
    js: 16,
  },
  'whoever came back while they were forgotten is looked up, though they were linked before': {
    // Prevents: the walk knows them as linked and asks nobody, while the second time takes their row.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: k => [
      forget(0),
      ...workIn('erase'),
      secondTime,
      follow(0, 'once'),
      ...workIn('follow'),
      walk,
      advance('walk', k),
      unfollow(0, 'once'),
      ...workIn('unfollow'),
      ...workIn('erase'),
      follow(0, 'never'),
      advance('walk'),
    ],
    ks: 16,
    js: 1,
  },
  'a login that joined while its person was forgotten goes also if that was cut short': {
    // Prevents: the row that leads to the login is gone, with it the knowledge of the login.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: (k, j) => [
      forget(0),
      consume('erase'),
      advance('consume 0', k),
      logIn,
      advance('code'),
      advance('consume 0', j),
      kill('consume 0'),
    ],
    ks: 10,
    js: 14,
  },
  'a unionid of before leads to nobody, however late it is written': {
    // Prevents: it was not there yet to be taken back when the new one was written, and comes after that.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: (k, j) => [
      follow(0, 'once'),
      { do: 'double', pick: 0 },
      consumeOne('follow', 0, 0),
      advance('consume 0', k),
      { do: 'rebind' },
      consume('follow', 1),
      advance('consume 1', j),
      advance('consume 0'),
      advance('consume 1'),
    ],
    ks: 8,
    js: 10,
  },
  'a unionid of before leads to nobody, whoever is killed on the way to the new one': {
    setup: { ...rules, people: [follows], isWalked: true },
    actions: k => [
      { do: 'rebind' },
      unfollow(0, 'never'),
      pass(1000),
      follow(0, 'once'),
      consume('follow'),
      advance('consume 0', k),
      kill('consume 0'),
    ],
    ks: 10,
    js: 1,
  },
  'whoever has another openid since the account moved is reached by it, whenever the end of the old one is told': {
    // Prevents: the later news is of the old openid, and takes the unionid away from the new one for good.
    setup: { ...rules, people: [follows], isWalked: true },
    actions: (k, j) => [
      { do: 'move', who: 0, told: 'once' },
      walk,
      advance('walk'),
      consume('follow', 1),
      advance('consume 1', k),
      consume('unfollow'),
      advance('consume 0', j),
      advance('consume 1'),
    ],
    ks: 10,
    js: 10,
  },
  'whoever logs in again after they were forgotten is reached again, for they follow all along': {
    // Prevents: only another follow would end the wish, and who follows cannot follow.
    setup: { ...rules, people: [follows], isWalked: true },
    actions: () => [forget(0), ...workIn('erase'), secondTime, ...workIn('erase'), pass(1000), logIn, advance('code')],
    ks: 1,
    js: 1,
  },
  'whoever wished to be forgotten is not taken for gone by a walk that goes on after a stop': {
    // Prevents: the pages, from which it learns whom it has seen, pass over them.
    setup: { ...rules, people: [isAway, follows, follows], isWalked: true },
    actions: (k, j) => [
      forget(0),
      follow(0, 'once'),
      consume('follow', 1),
      advance('consume 1', j),
      consume('erase'),
      advance('consume 0', k),
      advance('consume 1'),
      pass(1000),
      { do: 'walk', slot: 0, action: 'walk', isShort: true },
      advance('walk'),
      walk,
      advance('walk'),
      consume('unfollow', 1),
      advance('consume 1'),
    ],
    ks: 8,
    js: 8,
  },
  'whoever follows again unseen while their leaving is written is missed when they leave unseen': {
    // Prevents: the journal has what was told, and not what was written when WeChat was asked once more.
    setup: { ...rules, people: [follows], isWalked: true },
    actions: k => [
      forget(0),
      unfollow(0, 'once'),
      consume('unfollow', 1),
      advance('consume 1', k),
      ...workIn('erase'),
      pass(1000),
      follow(0, 'never'),
      advance('consume 1'),
      unfollow(0, 'never'),
    ],
    ks: 8,
    js: 1,
  },
  'a unionid of before leads to nobody, though who was on the way to the new one was killed and the account moved': {
    // Prevents: the next try has something new to write, and lets go of nothing but what it replaces.
    setup: { ...rules, people: [follows], isWalked: true },
    actions: k => [
      { do: 'rebind' },
      unfollow(0, 'never'),
      pass(1000),
      follow(0, 'once'),
      consume('follow'),
      advance('consume 0', k),
      kill('consume 0'),
      { do: 'move', who: 0, told: 'never' },
      ...workIn('follow'),
    ],
    ks: 10,
    js: 1,
  },
  'a write that comes late makes nobody reachable whom WeChat does not know any more': {
    // Prevents: the next try finds neither them nor a row, and is done, before the write of the killed one arrives.
    setup: { ...rules, people: [isAway], isWalked: false },
    actions: (k, j) => [
      follow(0, 'once'),
      consume('follow', 0),
      advance('consume 0', k),
      { do: 'move', who: 0, told: 'once' },
      { do: 'kill', who: 0, slot: 'consume 0', arrives: true },
      { do: 'consume', slot: 1, from: 0, count: 2 },
      advance('consume 1', j),
    ],
    ks: 8,
    js: 8,
  },
  'whoever came back before their wish was worked in is not taken for gone by a walk that comes by meanwhile': {
    // Prevents: the page is read with the mark, and judged without it; then the walk stops.
    setup: { ...rules, people: [isAway, follows, follows], isWalked: true },
    actions: (k, j) => [
      forget(0),
      pass(1000),
      follow(0, 'once'),
      ...workIn('follow'),
      pass(1000),
      { do: 'walk', slot: 0, action: 'walk', isShort: true },
      advance('walk', k),
      consume('erase'),
      advance('consume 0', j),
      advance('walk', 1),
      advance('consume 0'),
      advance('walk'),
      walk,
      advance('walk'),
      ...workIn('unfollow'),
    ],
    ks: 16,
    js: 8,
  },
}
