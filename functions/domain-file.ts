import { httpFunction } from '../lib/adapters/lambda.ts'
import { createDomainFiles } from '../lib/files/domain-file.ts'
import { now } from '../lib/runtime/context.ts'
import { staticFiles } from '../lib/runtime/image-files.ts'

export const handler = httpFunction(
  async () => createDomainFiles({ statics: staticFiles(), now }),
  async ({ path }, files) => ({ status: 200, body: await files.read(path.file ?? '') }),
)
