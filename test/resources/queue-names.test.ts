/** Each queue that resources/ makes is shown to people, looked at by the doctor, and watched: by its name. */

import { createRequire } from 'node:module'

import * as v from 'valibot'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { boxApps } from '../../kit/app.ts'
import { deployment } from '../../kit/deployment.ts'
import { functionEnvironment } from '../../kit/function-environment.ts'
import { readYaml } from '../../kit/service.ts'
import { getLetters, getQueues } from '../../lib/console/queues.ts'
import { checkQueues } from '../../lib/doctor/check-queues.ts'
import { asideQueues, deadLettersOf, workQueues } from '../../lib/queue-names.ts'
import { openDoctor } from '../../lib/runtime/doctor.ts'
import { openDoctorWorld } from '../doctor/doctor-world.ts'

const { custom } = v.parse(
  v.object({ custom: v.object({ names: v.record(v.string(), v.string()) }) }),
  await readYaml('serverless.yml'),
)
/** `imageChecks-dlq` is `image-checks-dlq` behind the name of the stage. */
const queues = deployment.queues.map(({ name, ...it }) => {
  const [, first = '', rest = ''] = /^(\w+)(.*)$/.exec(name) ?? []
  return { ...it, name: `${custom.names[first]?.replace(/^queqiao-.*\}-/, '')}${rest}` }
})
const names = queues.map(it => it.name).toSorted()
const consumed = queues.filter(it => deployment.triggers.some(({ queue }) => queue === it.logicalName))
const empty = { ready: 0, later: 0, inWork: 0 }

/** What a file of resources makes where everything is on. */
async function made(file: string): Promise<string> {
  const make = createRequire(import.meta.url)(`../../resources/${file}`)
  return JSON.stringify(await make({ resolveVariable: async (it: string) => (it === 'sls:stage' ? 'prod' : 'on') }))
}

describe('every queue that there is', () => {
  it('is named as those that functions consume, or as those that people look into', () => {
    expect(consumed.map(it => it.name).toSorted()).toEqual([...workQueues].toSorted())
    const parked = names.filter(it => /-parked(-urgent)?$/.test(it))
    expect([...workQueues, ...asideQueues, ...parked].toSorted()).toEqual(names)
    const aside = consumed.map(({ redrive }) => queues.find(it => it.logicalName === redrive?.deadLetterQueue)?.name)
    expect(aside).toEqual(consumed.map(it => deadLettersOf(it.name)))
  })

  // The console looked for `images`, where the queue is `arrivals`, and for none of what is passed on.
  it('is shown by the console, with its letters', async () => {
    const size = async (name: string) => (names.includes(name) ? empty : undefined)
    const shown = await getQueues({ queues: { size }, apps: boxApps })
    expect(shown.map(it => it.name).toSorted()).toEqual(names)
    const peek = async () => ({ letters: [], isAll: true })
    const letters = { peek, redrive: async () => ({ moved: 0 }) }
    for (const { name } of shown.filter(it => it.purpose === 'aside')) {
      expect(await getLetters(name, false, { letters })).toEqual({ queue: name, letters: [], isAll: true })
    }
  })

  it('is looked at by the doctor', async () => {
    for (const [name, value] of Object.entries(functionEnvironment)) vi.stubEnv(name, value)
    for (const it of consumed) vi.stubEnv(variableOf(it.logicalName), it.name)
    for (const it of ['API_URL', 'UPLOAD_URL', 'FILES_URL', 'WECHAT_API_URL']) vi.stubEnv(it, 'http://127.0.0.1:1')
    onTestFinished(() => void vi.unstubAllEnvs())
    const seen: string[] = []
    const size = async (name: string) => {
      seen.push(name)
      return empty
    }
    const { queueNames, parkedQueues } = openDoctor([])
    const world = await openDoctorWorld()
    await checkQueues({ ...world.openDeps(), queueNames, parkedQueues, queues: { size } }, { officials: [], minis: [] })
    expect(seen.toSorted()).toEqual(names)
  })

  it('is on the dashboard', async () => {
    const dashboard = await made('dashboard.cjs')
    expect(names.filter(it => !dashboard.includes(`queqiao-prod-${it}\\`))).toEqual([])
  })

  it('is watched by an alarm, but for those on quota hold, and so is who consumes it', async () => {
    const alarms = await made('alarms.cjs')
    const unwatched = queues.filter(it => !alarms.includes(`"${it.logicalName}"`)).map(it => it.name)
    expect(unwatched.filter(it => !it.includes('-parked'))).toEqual([])
    const { logicalOf } = createRequire(import.meta.url)('../../resources/recursive-loops.cjs')
    const consumers = deployment.triggers.map(it => it.functionName)
    expect(consumers.filter(it => !alarms.includes(logicalOf(it)))).toEqual([])
  })
})

/** `ImageChecksQueue` is named by IMAGE_CHECKS_QUEUE. */
function variableOf(logicalName: string): string {
  return logicalName.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
}
