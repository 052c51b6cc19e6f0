/** The login against WeChat in a box, with the sessions that it signs. */

import { expect } from 'vitest'

import { type LoginDeps, parseLogin } from '../../lib/login/login.ts'
import { openIdleMinis, stageApps } from '../idle-pair.ts'
import { keySet, sessionsWith } from '../session.ts'
import { openWorld, type Person } from '../world.ts'

const keys = keySet('one')

/** Opens it; it closes with the test. */
export async function openLogin() {
  const world = await openWorld()
  const sessions = sessionsWith(async () => keys, world.now)
  const { logins, links, now, sleep, log } = world
  const [app] = stageApps.minis
  const mini = { app, wechat: world.app('mini').wechat }
  const deps: LoginDeps = { minis: [mini, ...openIdleMinis(world)], logins, links, sessions, now, sleep, log }
  const code = async (person: Person): Promise<string> => {
    const answer = await world.control(`/people/${person.id}/login`, {})
    return parseLogin(JSON.stringify(answer)).code
  }
  const meDeps = { sessions, links, minis: stageApps.minis }
  return { ...world, deps, sessions, meDeps, mini, code }
}

export const refusal = (code: string, status: number) => expect.objectContaining({ name: 'RequestError', code, status })
