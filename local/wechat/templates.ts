/** The template messages in the Official Account's list. */

/** A template as a caller describes it: either WeChat's content, or the label of each key. */
export type TemplateSetting = {
  templateId: string
  title: string
  fields?: Record<string, string>
  content?: string
  /** Values approved for a `const` or `enum` key; without an entry any value of the right length passes. */
  approved?: Record<string, readonly string[]>
  banned?: boolean
}

/** A template of the account; `keys` are in the order of its content. */
export type Template = {
  templateId: string
  title: string
  content: string
  keys: readonly string[]
  approved: Record<string, readonly string[]>
  banned: boolean
}

/** The account's templates. */
export type Templates = ReturnType<typeof createTemplates>

/** Length of every template id. */
export const templateIdLength = 43

/** Creates the list of templates. */
export function createTemplates(settings: readonly TemplateSetting[]) {
  const templates = new Map<string, Template>()
  const add = (setting: TemplateSetting) => templates.set(setting.templateId, readSetting(setting))
  settings.forEach(add)
  return {
    add,
    remove: (templateId: string) => templates.delete(templateId),
    /** Replaces all templates. */
    replace: (list: readonly TemplateSetting[]) => {
      templates.clear()
      list.forEach(add)
    },
    get: (templateId: string) => templates.get(templateId),
    all: () => [...templates.values()],
  }
}

function readSetting(setting: TemplateSetting): Template {
  const content = setting.content ?? contentOf(setting.fields ?? {})
  return {
    templateId: setting.templateId,
    title: setting.title,
    content,
    keys: [...content.matchAll(/\{\{([^\s{}.]+)\.DATA\}\}/g)].map(match => match[1] ?? ''),
    approved: setting.approved ?? {},
    banned: setting.banned ?? false,
  }
}

function contentOf(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([key, label]) => `${label}：{{${key}.DATA}}`)
    .join('\n')
}
