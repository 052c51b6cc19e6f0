/** The id of a template of the local stage. */

import templates from '../../templates.json' with { type: 'json' }

export function templateIdOf(name: string): string {
  const found = Object.entries(templates.local).find(([it]) => it === name)
  if (found === undefined) throw new Error(`no template ${name}`)
  return found[1].templateId
}
