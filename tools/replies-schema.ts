/** Writes docs/schema/replies.json, the JSON Schema of replies.json: `npm run schema`; `--help` tells its options. */

import { toJsonSchema } from '@valibot/to-json-schema'

import { repliesSchema } from '../lib/callback/reply-list.ts'
import { runDocumentCommand } from './command/document.ts'

const { $schema, properties, ...account } = toJsonSchema(repliesSchema, {
  target: 'draft-2020-12',
  typeMode: 'input',
  // What counts bytes or characters is code.
  ignoreActions: ['check', 'max_bytes'],
})
const own = { ...account, properties }

const schema = {
  $schema,
  title: 'The automatic replies of each stage of Queqiao, of its default Official Account and the others',
  type: 'object',
  properties: { $schema: { type: 'string' } },
  additionalProperties: {
    ...own,
    properties: { ...properties, official: { type: 'object', additionalProperties: own } },
  },
}

await runDocumentCommand({
  command: 'npm run schema',
  file: 'docs/schema/replies.json',
  purpose: 'writes the JSON Schema of replies.json, by the check that a deployment makes',
  textOf: () => `${JSON.stringify(schema, null, 2)}\n`,
})
