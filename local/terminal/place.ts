import { dirname } from 'node:path'

const root = `${dirname(dirname(import.meta.dirname))}/`

/** Where an error was thrown, as `lib/login/login.ts:59`: the first place in our own code of its stack trace, or of the one that it names. */
export function placeOf({ location, stack }: { location?: string; stack?: string }): string | undefined {
  const named = location === undefined ? [] : [location]
  return [...(stack ?? '').split('\n'), ...named].map(ownPlace).find(it => it !== undefined)
}

function ownPlace(line: string): string | undefined {
  const at = line.replaceAll('\\', '/').indexOf(root.replaceAll('\\', '/'))
  const [, file, number] = (at < 0 ? '' : line.slice(at + root.length)).match(/^([\w./@-]+):(\d+)/) ?? []
  if (file === undefined || file.startsWith('node_modules/') || file.startsWith('.local/')) return undefined
  return `${file}:${number}`
}
