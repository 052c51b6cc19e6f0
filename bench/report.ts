/** What the bench prints. */

import type { Door } from '../kit/service.ts'
import type { Bundles } from './bundles.ts'
import { median, renderTable, spreadOf, sum } from './figures.ts'

/** A function, its bundles, and the milliseconds that each load of them took. */
export type Result = {
  readonly door: Door
  readonly bundles: Bundles
  readonly times: { readonly deployed: number[]; readonly reference: number[]; readonly twin: number[] }
}

/** How the deployed bundles are written. */
export type Format = 'ESM' | 'CJS'

/** What a deployed bundle may be at most, beside its AWS clients alone: how long it loads, and how large it is. */
const maxLoadRatio = 1.25
const maxSizeRatio = 1.3

const head = ['function', 'clients', 'KB', 'clients KB', 'size', 'load ms', 'clients ms', 'load']

/** Renders the table, and which module system won. */
export function report(results: readonly Result[], format: Format): string {
  const { version, platform, arch } = process
  const runs = results[0]?.times.deployed.length ?? 0
  return [
    `Load times with Node ${version} on ${platform} ${arch}: medians of ${runs} fresh processes, taken in turn.\n\n`,
    renderTable([head, ...results.map(rowOf), noiseRow(results)]),
    `\n! is a load above ${maxLoadRatio} or a size above ${maxSizeRatio} times that of the clients alone, or a client that `,
    'nothing in the\nenvironment asks for. noise: single runs against their own median, and pairs against the ratio.\n\n',
    compareFormats(results, format),
  ].join('')
}

function rowOf({ door, bundles, times }: Result): string[] {
  const { deployed, reference, clients } = bundles
  // Beside no client at all everything is much.
  const ratio = clients.length === 0 ? () => '' : ratioText
  return [
    door.name,
    clients.map(it => (door.asksFor.includes(it) ? it : `${it} !`)).join(' '),
    kilobytes(deployed.bytes),
    kilobytes(reference.bytes),
    ratio(deployed.bytes / reference.bytes, maxSizeRatio),
    median(times.deployed).toFixed(0),
    median(times.reference).toFixed(0),
    ratio(median(times.deployed) / median(times.reference), maxLoadRatio),
  ]
}

function noiseRow(results: readonly Result[]): string[] {
  const ratios = results.map(({ times }) => times.deployed.map((ms, run) => ms / (times.reference[run] ?? Number.NaN)))
  const columns = [results.map(it => it.times.deployed), results.map(it => it.times.reference), ratios].map(spreadOf)
  return ['noise', '', '', '', '', ...columns.map(({ least, most }) => `${least.toFixed(2)}–${most.toFixed(2)}`)]
}

function compareFormats(results: readonly Result[], deployed: Format): string {
  const twin = deployed === 'ESM' ? 'CJS' : 'ESM'
  const compare = (ours: number, other: number, unit: string) => {
    const percent = (1 - Math.min(ours, other) / Math.max(ours, other)) * 100
    const winner = ours <= other ? deployed : twin
    return `${ours.toFixed(0)} ${unit} as ${deployed}, ${other.toFixed(0)} ${unit} as ${twin}: ${winner} wins by ${percent.toFixed(1)} %.`
  }
  const bytes = (bundle: 'deployed' | 'twin') => sum(results.map(it => it.bundles[bundle].bytes))
  const ms = (bundle: 'deployed' | 'twin') => sum(results.map(it => median(it.times[bundle])))
  const size = compare(bytes('deployed') / 1024, bytes('twin') / 1024, 'KB')
  return `All together, deployed as ${deployed}: ${size} ${compare(ms('deployed'), ms('twin'), 'ms')}\n`
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(0)
}

function ratioText(value: number, limit: number): string {
  return `${value.toFixed(2)}${value > limit ? ' !' : ''}`
}
