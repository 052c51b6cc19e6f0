/** The project's templates.json: one list of template names per stage. */

import lists from '../../templates.json' with { type: 'json' }
import { config } from '../config.ts'
import { readTemplateList, type TemplateList } from '../send/template-list.ts'

/** The validated templates of this stage; a stage without a list has none, and its events carry WeChat's own ids. */
export function templates(): TemplateList {
  return readTemplateList(lists, config('STAGE').STAGE)
}
