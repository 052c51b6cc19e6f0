/** What `--help` tells, of one verb and of all. */

import { type KnownOptions, program } from './options.ts'

/** A verb as its help tells of it; its options as they are read. */
export type Spec = {
  readonly verb: string
  /** What must stand behind it. */
  readonly wants?: string
  readonly says: string
  readonly options: KnownOptions
  /** What else there is to know. */
  readonly notes: string
  /** Of the exit codes 0 and 1: what has come true. */
  readonly ends: readonly [well: string, ill: string]
}

/** Writes the help of a verb. */
export function helpOf({ verb, wants = '[options]', says, options, notes, ends: [well, ill] }: Spec): string {
  const rows = [...Object.entries(options).map(([name, it]) => [`--${name}${takenBy(it)}`, it.says]), helpRow]
  return [
    `${program} ${verb} ${wants}   ${says}\n`,
    `${tableOf(rows)}\n`,
    notes,
    `Ends with 0 if ${well}, 1 if ${ill}, 2 if the options or the environment are wrong, 130 if it was stopped.\n`,
  ].join('\n')
}

/** Writes the help of the whole command line. */
export function helpOfAll(specs: readonly Spec[]): string {
  return [
    `${program} <verb> [options]\n`,
    `${tableOf(specs.map(it => [it.verb, it.says]))}\n`,
    `${program} <verb> --help tells its options. Without --stage a verb is for the local stack, which npm start starts.`,
    'Ends with 0 if all went well, 1 if something is wrong or failed, 2 if the options or the environment are wrong,',
    '130 if it was stopped. With --json, where a verb has it, a program reads one JSON document and nothing else.\n',
  ].join('\n')
}

const helpRow = ['--help', 'this text']

function takenBy({ takes }: KnownOptions[string]): string {
  return takes === undefined ? '' : ` ${takes}`
}

/** Two columns; a text of several lines stays in its own. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name = '']) => name.length)) + 3
  const lines = rows.map(([name = '', text = '']) => `  ${name.padEnd(width)}${text}`)
  return lines.map(it => it.replaceAll('\n', `\n${' '.repeat(width + 2)}`)).join('\n')
}
