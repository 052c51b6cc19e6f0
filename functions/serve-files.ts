import { httpFunction } from '../lib/adapters/lambda.ts'
import { serveFile } from '../lib/files/serve-files.ts'
import { readableStaticUrls, readableUrls } from '../lib/runtime/image-links.ts'

export const handler = httpFunction(
  async () => ({ images: readableUrls(), statics: readableStaticUrls() }),
  async ({ path }, deps) => ({ status: 302, body: '', ...(await serveFile(path, deps)) }),
)
