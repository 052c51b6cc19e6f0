import { httpFunction } from '../lib/adapters/lambda.ts'
import { readableStaticUrls, readableUrls } from '../lib/runtime/image-links.ts'
import { serveFile } from '../lib/serve-files.ts'

export const handler = httpFunction(
  async () => ({ images: readableUrls(), statics: readableStaticUrls() }),
  async ({ path }, deps) => ({ status: 302, body: '', ...(await serveFile(path, deps)) }),
)
