/** Writes docs/schema/event.json, the JSON Schema of a business event: `npm run schema`; `--help` tells its options. */

import { toJsonSchema } from '@valibot/to-json-schema'

import { instantPattern } from '../lib/instant.ts'
import { eventSchema } from '../lib/send/kinds/event-schema.ts'
import { runDocumentCommand } from './command/document.ts'

const schema = {
  ...toJsonSchema(eventSchema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    // The pattern cannot say which dates there are.
    overrideAction: ({ jsonSchema }) =>
      jsonSchema.pattern === instantPattern.source ? { ...jsonSchema, format: 'date-time' } : undefined,
  }),
  title: 'A business event of Queqiao: one template message to one person',
  // What the check in lib/send/kinds/event-schema.ts says in code.
  oneOf: [{ required: ['template'] }, { required: ['templateId'] }],
}

await runDocumentCommand({
  command: 'npm run schema',
  file: 'docs/schema/event.json',
  purpose: 'writes the JSON Schema of a business event, by the check that the functions make',
  textOf: () => `${JSON.stringify(schema, null, 2)}\n`,
})
