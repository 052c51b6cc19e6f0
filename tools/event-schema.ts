/** Writes docs/schema/event.json, the JSON Schema of a business event; with `--check` only tells whether it is current. */

import { readFile, writeFile } from 'node:fs/promises'

import { toJsonSchema } from '@valibot/to-json-schema'

import { instantPattern } from '../lib/instant.ts'
import { eventSchema } from '../lib/template-message.ts'

const file = new URL('../docs/schema/event.json', import.meta.url)
const schema = {
  ...toJsonSchema(eventSchema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    // The pattern cannot say which dates there are.
    overrideAction: ({ jsonSchema }) =>
      jsonSchema.pattern === instantPattern.source ? { ...jsonSchema, format: 'date-time' } : undefined,
  }),
  title: 'A business event of Queqiao: one template message to one person',
  // What the check in lib/template-message.ts says in code.
  oneOf: [{ required: ['template'] }, { required: ['templateId'] }],
}
const text = `${JSON.stringify(schema, null, 2)}\n`

if (!process.argv.includes('--check')) {
  await writeFile(file, text)
} else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
  process.stderr.write('docs/schema/event.json is not current: npm run schema\n')
  process.exitCode = 1
}
