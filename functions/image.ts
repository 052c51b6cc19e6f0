import { httpFunction } from '../lib/adapters/lambda.ts'
import { getImage } from '../lib/images/image.ts'
import { filesUrl } from '../lib/runtime/image-links.ts'
import { sessionChecker } from '../lib/runtime/secrets.ts'
import { imageStore } from '../lib/runtime/stores.ts'

export const handler = httpFunction(
  async () => ({ sessions: sessionChecker(), images: imageStore(), filesUrl: filesUrl() }),
  async ({ headers, path }, deps) => ({
    status: 200,
    body: await getImage({ authorization: headers.authorization, id: path.id }, deps),
  }),
)
