/** Uploads the folder `static`, if there is one, to the stage just deployed, like `./queqiao static`. */

import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'

import type { S3Client } from '@aws-sdk/client-s3'

import { createScreen } from '../tools/command/screen.ts'
import { runStatic } from '../tools/static/command.ts'
import { standardFolder } from '../tools/static/options.ts'
import { openStaticStore } from '../tools/static/store.ts'
import type { Outputs } from './paste.ts'

type Publishing = {
  /** The folder of serverless.yml. */
  readonly folder: string
  readonly stage: string
  readonly region: string
  readonly outputs: Outputs
  readonly config: () => Promise<ConstructorParameters<typeof S3Client>[0]>
  readonly tell: (line: string) => void
}

/** Does nothing without the folder; throws if not everything was uploaded. */
export async function publishStatic({ stage, region, outputs, config, tell, ...more }: Publishing): Promise<void> {
  const { StaticBucket: bucket, FilesUrl: url } = outputs
  const folder = join(more.folder, standardFolder)
  if (!existsSync(folder) || bucket === undefined || url === undefined) return
  const write = (text: string) => tell(text.trimEnd())
  const client = (await config()) ?? {}
  const { signal } = new AbortController()
  const place = { stage, region }
  const code = await runStatic(
    { ...place, folder: relative('', folder), isPruning: false },
    {
      ...{ place, signal },
      screen: createScreen({ write, writeError: write, columns: () => undefined, now: Date.now }),
      address: async () => ({ bucket, url }),
      open: name => openStaticStore({ place, bucket: name, signal, client }),
    },
  )
  if (code !== 0) throw new Error('The stage is deployed, its static files are not: see the problems above.')
}
