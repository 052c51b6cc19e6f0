/** The project's template list, templates.json: one list of names per stage. */

import lists from '../../templates.json' with { type: 'json' }
import { config } from '../config.ts'
import type { TemplateList } from '../template-message.ts'

/** The templates of this stage; a stage without a list has none, and its events name WeChat's own ids. */
export function templates(): TemplateList {
  const { STAGE } = config('STAGE')
  return new Map<string, TemplateList>(Object.entries(lists)).get(STAGE) ?? {}
}
