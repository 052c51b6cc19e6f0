/** What a box remembers from one start to the next: people, followers, messages, tokens, quotas and the clock; apps by their appids. */
import type { Box } from './box.ts'

/** All of it as JSON; bytes in base64. Faults, login codes and the log of calls begin anew. */
export type BoxState = ReturnType<typeof saveBox>

/** So many of the latest messages are kept. */
const keptMessages = 5000

/** Writes down what the box remembers. */
export function saveBox({ clock, people, profiles, messages, quota, apps }: Box) {
  return {
    clock: clock.offset(),
    people: people.save(),
    profiles: profiles.latest(people.size()).map(person => [person, profiles.get(person)] as const),
    messages: messages.save(keptMessages),
    quota: quota.save(),
    apps: apps.all().map(app => ({
      appid: app.appid,
      tokens: app.tokens.save(),
      ...(app.kind === 'official' ? { followers: app.followers.save(), marks: app.marks.all() } : {}),
    })),
  }
}

/** Makes a new box remember it; of apps that it has not, nothing. */
export function loadBox({ clock, people, profiles, messages, quota, apps }: Box, state: BoxState): void {
  clock.advance(state.clock)
  people.load(state.people)
  for (const [person, profile] of state.profiles) profiles.set(person, profile)
  messages.load(state.messages)
  quota.load(state.quota)
  for (const { appid, tokens, followers, marks } of state.apps) {
    const app = apps.byAppid(appid)
    app?.tokens.load(tokens)
    if (app?.kind !== 'official') continue
    if (followers !== undefined) app.followers.load(followers)
    for (const [person, mark] of marks ?? []) app.marks.set(person, mark)
  }
}
