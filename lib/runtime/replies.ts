/** The project's automatic replies, replies.json: those of this stage by Official Account. */

import file from '../../replies.json' with { type: 'json' }
import type { AppName } from '../apps.ts'
import type { Replies } from '../callback/replies.ts'
import { readReplyLists } from '../callback/reply-list.ts'
import { config } from '../config.ts'
import { apps } from './apps.ts'

/** The replies of this stage, checked; an account without any answers nothing by itself. */
export function replies(): ReadonlyMap<AppName, Replies> {
  return readReplyLists(file, config('STAGE').STAGE, apps().officials)
}
