/** One person as shown by the control API. */
import type { App } from '../app.ts'
import type { Box } from '../box.ts'

/** The members outside `apps` are those of the first pair. */
export function describePerson(box: Box, person: number) {
  const { official, mini } = box.apps
  const { name, highRisk } = box.profiles.get(person)
  const { blocking, remark } = official.marks.get(person)
  return {
    id: person,
    name,
    openid: official.ids.openid(person),
    miniOpenid: mini.ids.openid(person),
    unionid: official.ids.unionid(person),
    following: official.followers.isFollowing(person),
    subscribeTime: official.followers.subscribeTime(person) || undefined,
    blocking,
    highRisk,
    remark,
    apps: Object.fromEntries(box.apps.all().map(app => [app.name, asKnownBy(app, person)])),
  }
}

function asKnownBy(app: App, person: number) {
  const ids = { openid: app.ids.openid(person), unionid: app.ids.unionid(person) }
  if (app.kind === 'mini') return ids
  const { followers, marks } = app
  const subscribeTime = followers.subscribeTime(person) || undefined
  return { ...ids, following: followers.isFollowing(person), subscribeTime, blocking: marks.get(person).blocking }
}
