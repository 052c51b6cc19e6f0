import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { getImage, type ImageDeps } from '../lib/images/image.ts'
import { filesUrl } from '../lib/runtime/image-links.ts'
import { sessionChecker } from '../lib/runtime/secrets.ts'
import { imageStore } from '../lib/runtime/stores.ts'

export const createHandler = (open: Open<ImageDeps>) =>
  httpFunction(open, async ({ headers, path }, deps) => ({
    status: 200,
    body: await getImage({ authorization: headers.authorization, id: path.id }, deps),
  }))

export const handler = createHandler(async () => ({
  sessions: sessionChecker(),
  images: imageStore(),
  filesUrl: filesUrl(),
}))
