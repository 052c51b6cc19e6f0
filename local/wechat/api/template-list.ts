/** GET /cgi-bin/template/get_all_private_template; public clients POST it, and get the same. */
import type { Template } from '../templates.ts'
import type { TokenEndpoint } from './endpoint.ts'

/** Lists the account's templates; the industries of category templates are empty. */
export const allPrivateTemplates = {
  auth: 'token',
  method: 'any',
  apps: ['official'],
  answer: ({ box }) => ({ json: JSON.stringify({ template_list: box.templates.all().map(describe) }) }),
} satisfies TokenEndpoint

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
