/** Writes into docs/deploy.md what a month costs: `npm run costs`, after a change of docs/prices.json or of what is counted. */

import { readFile, writeFile } from 'node:fs/promises'

import { withCosts } from './costs/document.ts'

const file = new URL('../docs/deploy.md', import.meta.url)
await writeFile(file, await withCosts(await readFile(file, 'utf8')))
