/** What `--help` tells, of one verb and of all. */

import { type KnownOptions, program } from './options.ts'

/** A verb as its help tells of it; its options as they are read. */
export type Spec = {
  readonly verb: string
  /** How it is used, where options alone do not do. */
  readonly usage?: string
  readonly summary: string
  readonly options: KnownOptions
  /** What else there is to know. */
  readonly notes: string
  /** What the exit codes 0 and 1 mean. */
  readonly exitCodes: readonly [done: string, failed: string]
}

/** Writes the help of a verb. */
export function helpOf({
  verb,
  usage = '[options]',
  summary,
  options,
  notes,
  exitCodes: [done, failed],
}: Spec): string {
  const rows = [...Object.entries(options).map(([name, it]) => [`--${name}${shownValue(it)}`, it.summary]), helpRow]
  return [
    `${program} ${verb} ${usage}   ${summary}\n`,
    `${tableOf(rows)}\n`,
    notes,
    `Exit code 0 if ${done}, 1 if ${failed}, 2 if the options or the environment are wrong, 130 if it was stopped.\n`,
  ].join('\n')
}

/** Writes the help of the whole command line. */
export function helpOfAll(specs: readonly Spec[]): string {
  return [
    `${program} <verb> [options]\n`,
    `${tableOf(specs.map(it => [it.verb, it.summary]))}\n`,
    `${program} <verb> --help tells its options. Without --stage a verb is for the local stack, which npm start starts.`,
    'Exit code 0 if all went well, 1 if something is wrong or failed, 2 if the options or the environment are wrong,',
    '130 if it was stopped. With --json, where a verb has it, a program reads one JSON document and nothing else.\n',
  ].join('\n')
}

const helpRow = ['--help', 'this text']

function shownValue({ value }: KnownOptions[string]): string {
  return value === undefined ? '' : ` ${value}`
}

/** Two columns; a text of several lines stays in its own. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name = '']) => name.length)) + 3
  const lines = rows.map(([name = '', text = '']) => `  ${name.padEnd(width)}${text}`)
  return lines.map(it => it.replaceAll('\n', `\n${' '.repeat(width + 2)}`)).join('\n')
}
