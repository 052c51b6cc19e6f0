/** Runs a page or component of the mini program as WeChat does: one script, `wx` around it, and data that are set. */

import { dirname, join } from 'node:path'
import { createContext, runInContext } from 'node:vm'

import { build, type Plugin } from 'esbuild'
import * as v from 'valibot'

const root = join(import.meta.dirname, '../../examples/mini-program/miniprogram')

type Config = { readonly baseUrl: string; readonly boxLogin: string; readonly officialAccountId: string }
type Method = (...args: unknown[]) => unknown

/** An open page: what it shows, each `step` it went through, and its methods. */
export type OpenPage = {
  readonly data: Readonly<Record<string, unknown>>
  readonly steps: unknown[]
  call(method: string, ...args: unknown[]): Promise<void>
}

const optionsSchema = v.looseObject({
  data: v.record(v.string(), v.unknown()),
  // A component's methods stand on their own, a page's beside its data.
  methods: v.optional(v.record(v.string(), v.unknown()), {}),
})
const methodSchema = v.custom<Method>(it => typeof it === 'function')

/** Opens a page, or a component, under another config.ts than the one that is there. */
export async function openPage(path: string, config: Config, wx: object): Promise<OpenPage> {
  const { outputFiles } = await build({
    entryPoints: [join(root, `${path}.ts`)],
    bundle: true,
    write: false,
    target: 'es2018',
    plugins: [withConfig(config)],
  })
  const opened: unknown[] = []
  const take = (options: unknown) => opened.push(options)
  runInContext(outputFiles[0]?.text ?? '', createContext({ wx, setTimeout, Page: take, Component: take }))
  const options = v.parse(optionsSchema, opened[0])
  const steps: unknown[] = []
  const page = {
    ...options,
    ...options.methods,
    data: { ...options.data },
    setData(changes: Record<string, unknown>) {
      Object.assign(page.data, changes)
      if ('step' in changes) steps.push(changes.step)
    },
  }
  const call = async (method: string, ...args: unknown[]) => {
    const found = v.parse(methodSchema, v.parse(v.record(v.string(), v.unknown()), page)[method])
    await found.apply(page, args)
  }
  return { data: page.data, steps, call }
}

function withConfig(config: Config): Plugin {
  return {
    name: 'config',
    setup(it) {
      const contents = Object.entries(config).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}`)
      it.onLoad({ filter: /config\.ts$/ }, ({ path }) =>
        dirname(path) === root ? { contents: contents.join('\n') } : undefined,
      )
    },
  }
}
