/** `./queqiao menu` as a process, whose invocations the real handler works on, beside WeChat in a box; files in a folder. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { createHandler } from '../../functions/menu.ts'
import { boxApps } from '../../kit/app.ts'
import { openServer } from '../../kit/listen.ts'
import { createMenuApi } from '../../lib/adapters/wechat/menu-api.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { context } from '../functions/context.ts'
import { openFolder } from '../opened.ts'
import { openWorld } from '../world.ts'
import { runTool } from './run-tool.ts'
import { untilEnd } from './session.ts'

/** Opens all of it until the test ends. */
export async function openMenuWorld() {
  const world = await openWorld()
  const folder = await openFolder()
  await writeFile(join(folder, 'apps.json'), '{}')
  const menus = createMenuApi(createTransport({ baseUrl: new URL(world.box.url) }))
  const official = world.app('official')
  const handler = createHandler(async () => [{ ...official, app: boxApps.officials[0], menus }])
  const { port, close } = await openServer(async (request, response) => {
    const order: unknown = await json(request)
    const { status, body } = await answer(() => handler(order, context))
    response.writeHead(200, status).end(JSON.stringify(body))
  })
  untilEnd.add(close)
  const env = { LAMBDA_PORT: `${port}`, LISTS_FOLDER: folder }
  return {
    ...world,
    menus,
    accessTokens: official.accessTokens,
    run: (...args: string[]) => runTool('menu', args, env),
    /** A file of the folder as it is now; undefined where there is none. */
    read: async (name: string): Promise<unknown> => {
      const text = await readFile(join(folder, name), 'utf8').catch(() => undefined)
      return text === undefined ? undefined : JSON.parse(text)
    },
    write: (name: string, content: object) => writeFile(join(folder, name), JSON.stringify(content)),
  }
}

async function answer(run: () => Promise<unknown>) {
  try {
    return { status: {}, body: (await run()) ?? null }
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : `${error}`
    return { status: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage } }
  }
}
