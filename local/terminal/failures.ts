import { placeOf } from './place.ts'

/** Makes one failure of the lines that tell of it. */
export type Failures = {
  /** Takes the line if it belongs to a failure. */
  take(text: string): boolean
  /** Tells the failure whose lines have been taken so far. */
  flush(): void
}

// Serverless' marks, esbuild's, and what Node writes of an error.
const begins = /^(×|✖|✘) |^(Uncaught )?\w*(Error|Exception)\b|Unhandled Lambda Error/
const goesOn = /^\s+\S|^Require stack:|^- \/|^- [A-Z]:|^[}\]]/
const inHandler = /^(?:×|✖) Unhandled exception in handler '([\w-]+)'/
const notBuilt = /^(?:×|✖) Bundle error/
const sourcePlace = /^\s+(\S+:\d+):\d+:$/
const linesOfOne = 100

/** Collects failures, of which serverless writes a header, a stack trace and, over HTTP, both once more; `tell` receives each once, in one line. */
export function createFailures(tell: (words: string) => void): Failures {
  let lines: string[] = []
  let functionName: string | undefined
  let echo: string | undefined

  function flush(): void {
    const [first, ...others] = lines
    lines = []
    if (first === undefined) return
    const words = describe(first, others)
    const isEcho = functionName === undefined && words === echo
    if (!isEcho) tell(functionName === undefined ? words : `function ${functionName} failed: ${words}`)
    echo = isEcho ? undefined : words
    functionName = undefined
  }

  function add(text: string): void {
    const [, name] = inHandler.exec(text) ?? []
    if (name !== undefined) functionName = name
    else if (lines.length < linesOfOne) lines.push(text)
  }

  return {
    take(text) {
      const isFirst = begins.test(text)
      const isNext = !isFirst && lines.length > 0 && goesOn.test(text)
      if (!isNext) flush()
      if (isFirst || isNext) add(text)
      return isFirst || isNext
    },
    flush,
  }
}

function describe(first: string, others: readonly string[]): string {
  if (notBuilt.test(first)) return 'the functions could not be built; they will be once the file is right'
  const message = first.replace(/^[×✖✘] (\[ERROR\] )?/, '')
  const source = others.map(it => sourcePlace.exec(it)?.[1]).find(it => it !== undefined)
  const place = source ?? placeOf({ stack: others.join('\n') })
  return place === undefined ? message : `${message} (${place})`
}
