/** One local stack in front, WeChat in a box before it, and the servers behind it. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'

import { type Control, openControl } from '../../kit/control.ts'
import type { Closing } from '../../local/closing.ts'
import { type Environment, readSettings } from '../../local/environment.ts'
import type { pickFreePorts } from '../../local/ports.ts'
import { openStack, type Stack } from '../../local/stack.ts'
import { patience } from '../patience.ts'

const localAws = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }

const intervalMs = 100

export type Ports = Awaited<ReturnType<typeof pickFreePorts>>
export type Opened = Stack & { readonly ports: Ports; readonly control: Control; readonly lines: readonly string[] }
/** What a stack is opened with; `lists` are the contents of apps.json and templates.json, the project's own by default. */
type StackSetting = { readonly env: Environment; readonly ports: Ports; readonly lists?: Lists }
type Lists = { readonly apps: object; readonly templates: object }

/** Opens a local stack, as `npm start` does. */
export async function openLocal({ env, ports, lists }: StackSetting, closing: Closing): Promise<Opened> {
  const folder = lists === undefined ? undefined : await writeLists(lists, closing)
  // The local stack reads its lists by this variable of its own process, and so do the functions' bundles.
  if (folder === undefined) delete process.env.LISTS_FOLDER
  else process.env.LISTS_FOLDER = folder
  const all = { ...process.env, ...env }
  const settings = { ...readSettings(all), ports }
  const lines: string[] = []
  const note = (line: string) => void lines.push(line)
  const stack = await openStack({ settings, env: all, onFunctionLine: note, report: note, closing })
  return { ...stack, ports, control: openControl(stack.addresses.wechat), lines }
}

async function writeLists({ apps, templates }: Lists, closing: Closing): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-behind-'))
  closing.add(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'apps.json'), JSON.stringify(apps))
  await writeFile(join(folder, 'templates.json'), JSON.stringify(templates))
  return folder
}

/** Sets Token and EncodingAESKey of a server behind the stack. */
export async function setKeys(
  { addresses }: Stack,
  { name, token, aesKey }: { readonly name: string; readonly token: string; readonly aesKey: string },
): Promise<void> {
  const ssm = new SSMClient({ endpoint: addresses.ssm, ...localAws })
  const put = (secret: string, Value: string) =>
    ssm.send(new PutParameterCommand({ Name: `/queqiao/local/${name}-${secret}`, Value, Type: 'SecureString' }))
  await Promise.all([put('forward-token', token), put('forward-aes-key', aesKey)])
  ssm.destroy()
}

const person = v.object({ id: v.number(), openid: v.string() })
export type Person = v.InferOutput<typeof person>

/** Makes somebody new. */
export async function newPerson(control: Control): Promise<Person> {
  return v.parse(person, await control('/people', {}))
}

/** Asks until something is there; throws with what there was last. */
export async function until<T>(what: string, ask: () => Promise<T>, isThere: (it: T) => boolean): Promise<T> {
  const end = performance.now() + patience.timeout
  for (;;) {
    const it = await ask()
    if (isThere(it)) return it
    if (performance.now() > end) throw new Error(`${what} did not come; what there is: ${JSON.stringify(it)}`)
    await delay(intervalMs)
  }
}
