/** A profile of node's profiler, folded into frames: what is called from one place is one frame, whoever's time it is. */

/** As `--cpu-prof` writes it; `timeDeltas` are microseconds before each sample. */
export type Profile = {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: CallFrame
    readonly children?: readonly number[] | undefined
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

type CallFrame = { readonly functionName: string; readonly url: string }

/** Microseconds in it and in what it calls. */
export type Frame = {
  readonly name: string
  /** A package, `node:net` and the like, `queqiao`, or `node in C++` for what has no file. */
  readonly owner: string
  readonly us: number
  readonly selfUs: number
  readonly frames: readonly Frame[]
}

/** Nothing is done there, or it is the profiler's own work. */
const idle = new Set(['(idle)', '(program)'])
const isLeftOut = ({ functionName, url }: CallFrame) => idle.has(functionName) || url.startsWith('node:inspector')

/** Folds a profile; the time in which nothing ran is left out. */
export function foldProfile({ nodes, samples, timeDeltas }: Profile): Frame {
  const byId = new Map(nodes.map(it => [it.id, it]))
  const selfOf = new Map<number, number>()
  for (const [at, id] of samples.entries()) selfOf.set(id, (selfOf.get(id) ?? 0) + (timeDeltas[at] ?? 0))
  const frameOf = (id: number): Frame | undefined => {
    const node = byId.get(id)
    if (node === undefined || isLeftOut(node.callFrame)) return undefined
    const frames = merge((node.children ?? []).flatMap(it => frameOf(it) ?? []))
    const selfUs = selfOf.get(id) ?? 0
    return { ...named(node.callFrame), selfUs, us: selfUs + total(frames), frames }
  }
  const [root] = nodes
  const all = root === undefined ? undefined : frameOf(root.id)
  return { name: 'all', owner: 'node in C++', selfUs: 0, us: total(all?.frames ?? []), frames: all?.frames ?? [] }
}

/** The time of each owner itself, in microseconds, the most first. */
export function ownersOf(frame: Frame): readonly (readonly [owner: string, us: number])[] {
  const owners = new Map<string, number>()
  const add = ({ owner, selfUs, frames }: Frame) => {
    owners.set(owner, (owners.get(owner) ?? 0) + selfUs)
    for (const it of frames) add(it)
  }
  add(frame)
  return [...owners].sort(([, one], [, other]) => other - one)
}

/** Frames of one function under one caller are one. */
function merge(frames: readonly Frame[]): Frame[] {
  const groups = Map.groupBy(frames, it => `${it.owner} ${it.name}`)
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    if (others.length === 0) return [first]
    const all = [first, ...others]
    const selfUs = all.reduce((sum, it) => sum + it.selfUs, 0)
    return [{ ...first, selfUs, us: total(all), frames: merge(all.flatMap(it => it.frames)) }]
  })
}

function total(frames: readonly Frame[]): number {
  return frames.reduce((sum, it) => sum + it.us, 0)
}

function named({ functionName, url }: CallFrame): Pick<Frame, 'name' | 'owner'> {
  if (functionName === '(garbage collector)') return { name: functionName, owner: 'garbage collection' }
  return { name: functionName === '' ? '(anonymous)' : functionName, owner: ownerOf(url) }
}

function ownerOf(url: string): string {
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
  if (inPackage !== undefined) return inPackage
  if (url.startsWith('node:')) return /^node:(?:internal\/)?_?[a-z]+/.exec(url)?.[0] ?? 'node'
  return url === '' ? 'node in C++' : 'queqiao'
}
