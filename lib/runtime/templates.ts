/** The project's template lists, templates.json: one list of names per stage and Official Account. */

import file from '../../templates.json' with { type: 'json' }
import type { AppName } from '../apps.ts'
import { config } from '../config.ts'
import { readTemplateLists, type TemplateList } from '../send/template-list.ts'
import { apps } from './apps.ts'

/** The templates of this stage by Official Account, checked; one without a list has none, and its events name WeChat's own ids. */
export function templates(): ReadonlyMap<AppName, TemplateList> {
  return readTemplateLists(file, config('STAGE').STAGE, apps().officials)
}
