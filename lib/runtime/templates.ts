/** The project's template list, templates.json: one list of names per stage. */

import lists from '../../templates.json' with { type: 'json' }
import { config } from '../config.ts'
import { readTemplateList, type TemplateList } from '../send/template-list.ts'

/** The templates of this stage, checked; a stage without a list has none, and its events name WeChat's own ids. */
export function templates(): TemplateList {
  return readTemplateList(lists, config('STAGE').STAGE)
}
