import { readFileSync } from 'node:fs'
import { ConfigError } from '../lib/errors.ts'
import { readTemplateList, type TemplateList } from '../lib/template-list.ts'
import { SettingsError } from './environment.ts'

const file = new URL('../templates.json', import.meta.url)

/** Reads the list of the local stage as it is now; throws a SettingsError that names all that is wrong with it. */
export function readLocalTemplates(): TemplateList {
  try {
    return readTemplateList(JSON.parse(readFileSync(file, 'utf8')), 'local')
  } catch (error) {
    if (error instanceof ConfigError) throw new SettingsError(error.problems)
    throw new SettingsError([`templates.json cannot be read: ${error instanceof Error ? error.message : error}`])
  }
}
