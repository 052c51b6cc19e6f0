/** The bundles of a function: the deployed one, its twin in the other format, and one of nothing but its AWS clients. */

import { join } from 'node:path'

import { type BuildOptions, build, type Metafile } from 'esbuild'

import type { Door } from '../../kit/service.ts'
import { emptyAnswer } from './peers.ts'

export type Bundle = { readonly file: string; readonly bytes: number }

/** `twin` is in the module system that is not deployed; `clients` are the AWS clients inside, by short name. */
export type Bundles = {
  readonly deployed: Bundle
  readonly reference: Bundle
  readonly twin: Bundle
  readonly clients: readonly string[]
}

type Built = Bundle & { readonly inputs: readonly string[] }

type Where = { readonly settings: BuildOptions; readonly place: string }

const root = join(import.meta.dirname, '../..')

/** Where the SDK keeps its clients and commands: a file each, named as what it exports. */
const sdkFile = /node_modules\/(@aws-sdk\/(?:client|lib)-[\w-]+)\/dist-es\/(?:commands\/)?(\w+(?:Client|Command))\.js$/

const asCommonJs = { format: 'cjs', banner: {}, outExtension: { '.js': '.cjs' } } satisfies BuildOptions
/** Packages in CommonJS ask for a `require`, which an ES module lacks. */
const requireForAll = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"
const asEsModule = {
  format: 'esm',
  banner: { js: requireForAll },
  outExtension: { '.js': '.mjs' },
} satisfies BuildOptions

/** Bundles some source as functions are bundled, resolving what it imports from a folder. */
export async function bundleText(contents: string, resolveDir: string, { settings, place }: Where): Promise<Bundle> {
  const stdin = { contents, resolveDir, sourcefile: 'handler.js' }
  return buildInto(place, { ...settings, stdin })
}

/** Builds the three bundles of a function into a folder, with the settings of the deployment. */
export async function buildBundles(door: Door, settings: BuildOptions, folder: string): Promise<Bundles> {
  const place = join(folder, door.name)
  const own = { ...settings, entryPoints: [door.source] }
  const deployed = await buildInto(join(place, 'deployed'), own)
  const twin = await buildInto(join(place, 'twin'), {
    ...own,
    ...(settings.format === 'esm' ? asCommonJs : asEsModule),
  })
  const stdin = { contents: referenceOf(deployed), resolveDir: root, sourcefile: 'reference.js' }
  // As the SDK comes: how its credentials are found is one of its costs, of which a function of ours is rid.
  const reference = await buildInto(join(place, 'reference'), { ...settings, plugins: [], stdin })
  return { deployed, reference, twin, clients: clientsOf(deployed) }
}

async function buildInto(outdir: string, options: BuildOptions): Promise<Built> {
  const { metafile } = await build({ ...options, absWorkingDir: root, outdir, metafile: true, logLevel: 'error' })
  const [file, output] = codeOf(metafile)
  const inputs = Object.entries(output.inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? input : []))
  return { file: join(root, file), bytes: output.bytes, inputs }
}

function codeOf({ outputs }: Metafile) {
  const code = Object.entries(outputs).find(([file]) => !file.endsWith('.map'))
  if (code === undefined) throw new Error('esbuild wrote no bundle')
  return code
}

/** The source of the reference: the very clients and commands that stayed in the function's bundle, and the least of a function. */
function referenceOf({ inputs }: Built): string {
  const lines = inputs.flatMap((input, index) => {
    const [, name, exported] = sdkFile.exec(input) ?? []
    // Two packages have a QueryCommand.
    return name === undefined ? [] : `export { ${exported} as it${index} } from '${name}'`
  })
  return [...lines, `export const handler = ${emptyAnswer}`].join('\n')
}

function clientsOf({ inputs }: Built): string[] {
  const names = inputs.flatMap(input => /node_modules\/@aws-sdk\/client-([\w-]+)\//.exec(input)?.[1] ?? [])
  return [...new Set(names)].sort()
}
