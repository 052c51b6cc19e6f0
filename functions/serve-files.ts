import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { type ServeDeps, serveFile } from '../lib/files/serve-files.ts'
import { readableStaticUrls, readableUrls } from '../lib/runtime/image-links.ts'

export const createHandler = (open: Open<ServeDeps>) =>
  httpFunction(open, async ({ path }, deps) => ({ status: 302, body: '', ...(await serveFile(path, deps)) }))

export const handler = createHandler(async () => ({ images: readableUrls(), statics: readableStaticUrls() }))
