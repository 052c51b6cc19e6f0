import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { createDomainFiles, type DomainFiles } from '../lib/files/domain-file.ts'
import { now } from '../lib/runtime/context.ts'
import { staticFiles } from '../lib/runtime/image-files.ts'

export const createHandler = (open: Open<DomainFiles>) =>
  httpFunction(open, async ({ path }, files) => ({ status: 200, body: await files.read(path.file ?? '') }))

export const handler = createHandler(async () => createDomainFiles({ statics: staticFiles(), now }))
