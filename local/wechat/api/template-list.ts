/** GET /cgi-bin/template/get_all_private_template; public clients POST it, and get the same. */
import type { Template } from '../templates.ts'
import type { OfficialEndpoint } from './endpoint.ts'

/** Lists the account's templates; the industries of category templates are empty. */
export const allPrivateTemplates = {
  auth: 'token',
  method: 'any',
  of: 'official',
  answer: (_, { templates }) => ({ json: JSON.stringify({ template_list: templates.all().map(describe) }) }),
} satisfies OfficialEndpoint

function describe(template: Template) {
  return {
    template_id: template.templateId,
    title: template.title,
    primary_industry: '',
    deputy_industry: '',
    content: template.content,
    example: template.content.replaceAll(/\{\{[^\s{}.]+\.DATA\}\}/g, '示例'),
  }
}
