/** Writes docs/schema/apps.json, the JSON Schema of apps.json: `npm run schema`; `--help` tells its options. */

import { toJsonSchema } from '@valibot/to-json-schema'

import { appsSchema } from '../lib/app-list.ts'
import { runDocumentCommand } from './command/document.ts'

const { $schema, ...stage } = toJsonSchema(appsSchema, {
  target: 'draft-2020-12',
  typeMode: 'input',
  // An appid's own check is code.
  overrideSchema: ({ valibotSchema }) =>
    valibotSchema.type === 'custom' ? { type: 'string', pattern: '^wx[0-9a-f]{16}$' } : undefined,
})

/** That not all apps are of one kind: then there is one of the other. */
const hasOtherThan = (kind: string) => ({
  not: { additionalProperties: { type: 'object', properties: { kind: { const: kind } }, required: ['kind'] } },
})

const schema = {
  $schema,
  title: 'The apps of each stage of Queqiao, by name',
  // What else goes across apps, such as one default of each kind, no schema can say: a deployment does.
  type: 'object',
  properties: { $schema: { type: 'string' } },
  additionalProperties: { ...stage, allOf: [hasOtherThan('official'), hasOtherThan('mini')] },
}

await runDocumentCommand({
  command: 'npm run schema',
  file: 'docs/schema/apps.json',
  purpose: 'writes the JSON Schema of apps.json, by the check that the functions make',
  textOf: () => `${JSON.stringify(schema, null, 2)}\n`,
})
