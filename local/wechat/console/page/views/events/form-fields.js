/** The fields of the form, each with its rule, and what is wrong with it. */
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { Select } from '../../ui.js'
import { findTemplate, keyOf } from './draft.js'
import { idsOf } from './recipients.js'

export function FormFields({ draft, templates, people, about, problems, onChange }) {
  const template = findTemplate(templates, draft.template)
  const labelOf = it =>
    about.officials.length > 1 ? `${it.account} · ${it.title} (${it.name})` : `${it.title} (${it.name})`
  return html`
    <${Select} label=${t('Template', '模板')} value=${template && keyOf(template)} options=${templates.map(it => [keyOf(it), labelOf(it)])}
      onChange=${value => onChange({ template: value })} />
    <${To} draft=${draft} people=${people} onChange=${onChange} />
    ${template?.fields.map(
      it => html`<${ValueField} key=${it.key} field=${it} value=${draft.data[it.key]} problem=${problems[it.key]}
      onInput=${value => onChange({ data: { ...draft.data, [it.key]: value } })} />`,
    )}
    <${TextField} name="event-id" label=${t('Event id', '事件 ID')} value=${draft.id} hint=${t('One id, at most one message, however often it is pushed.', '同一 ID 最多发送一条消息。')}
      onInput=${value => onChange({ id: value })} />
    <${TextField} name="page" label=${t('Mini program page (optional)', '小程序页面（可选）')} value=${draft.page} placeholder="pages/order/detail?id=1" onInput=${value => onChange({ page: value })} />`
}

function To({ draft, people, onChange }) {
  const { person, kind, to } = draft
  const kinds = ['unionid', 'openid', 'miniOpenid'].map(it => [it, it])
  const options = [
    ['', t('Somebody else: enter an id', '其他人：请输入 ID')],
    ...people.map(it => [String(it.id), it.name ?? `#${it.id}`]),
  ]
  const choose = async id => {
    const chosen = id === '' ? undefined : await idsOf(id).catch(() => undefined)
    onChange({ person: chosen, to: chosen?.[kind] ?? '' })
  }
  const turn = next => onChange({ kind: next, to: person?.[next] ?? (person === undefined ? to : '') })
  return html`<fieldset class="to"><legend>${t('To', '收件人')}</legend>
    ${people.length > 0 && html`<${Select} hidden label=${t('Person', '用户')} value=${person === undefined ? '' : String(person.id)} options=${options} onChange=${choose} />`}
    <div class="row"><${Select} hidden label=${t('Kind of id', 'ID 类型')} value=${draft.kind} options=${kinds} onChange=${turn} />
      <label class="grow"><span class="unseen">${t('Id', 'ID')}</span><input name="to" value=${draft.to} maxlength="128" autocomplete="off" spellcheck="false"
        onInput=${event => onChange({ person: undefined, to: event.currentTarget.value })} /></label></div></fieldset>`
}

function ValueField({ field: { key, label, rule, approved, isTrimmed }, value, problem, onInput }) {
  const rules = [
    rule && t(`must ${rule}`, ruleInChinese(rule)),
    approved?.join(' / '),
    isTrimmed && t('is trimmed', '过长会截短'),
  ]
  return html`<${TextField} name=${key} label=${label} mark=${key} value=${value} hint=${rules.filter(Boolean).join(' · ')} problem=${problem && t(problem, problemInChinese(problem))} onInput=${onInput} />`
}

function TextField({ name, label, mark, value, hint, problem, placeholder, onInput }) {
  const described = [hint && `hint-${name}`, problem && `problem-${name}`].filter(Boolean).join(' ')
  return html`<div class="field"><label for=${`field-${name}`}><span>${label}</span>${mark && html` <code class="hint">${mark}</code>`}</label>
    <input id=${`field-${name}`} name=${name} value=${value ?? ''} placeholder=${placeholder} autocomplete="off" aria-invalid=${problem ? 'true' : undefined}
      aria-describedby=${described || undefined} onInput=${event => onInput(event.currentTarget.value)} />
    ${problem && html`<p class="problem" id=${`problem-${name}`}>${problem}</p>`}
    ${hint && html`<p class="hint" id=${`hint-${name}`}>${hint}</p>`}</div>`
}

/** `key must …` is a broken rule; what else can be wrong with a value is that it is missing. */
function problemInChinese(problem) {
  const [, rule] = /^\S+ must (.+)$/s.exec(problem) ?? []
  if (rule !== undefined) return `值不合规：${ruleInChinese(rule)}`
  return problem.endsWith('is missing') ? '缺少此值' : problem
}

/** The sender's words are English; these are the rules of WeChat's templates in Chinese. */
function ruleInChinese(rule) {
  /** @type {[RegExp, string][]} */
  const known = [
    [/be empty/, '不能为空'],
    [/currency sign/, '金额，如 ¥88.00'],
    [/at most (\d+) characters/, '最多 $1 个字符'],
    [/number of at most (\d+) digits/, '最多 $1 位数字'],
    [/at most (\d+) letters, digits and symbols/, '最多 $1 位字母、数字或符号，不含汉字'],
    [/at most (\d+) digits and symbols/, '最多 $1 位数字或符号'],
    [/be a time/, '时间，如 2026-11-22 09:30'],
    [/be a date/, '日期，如 2026-11-22'],
    [/(\d+) Chinese characters$/, '最多 $1 个汉字'],
    [/at most (\d+) letters/, '最多 $1 个字母'],
    [/at most (\d+) symbols/, '最多 $1 个符号'],
    [/approved values/, '须为审核通过的枚举值'],
  ]
  for (const [form, chinese] of known) {
    const found = form.exec(rule)
    if (found !== null) return chinese.replace('$1', found[1] ?? '')
  }
  return rule
}
