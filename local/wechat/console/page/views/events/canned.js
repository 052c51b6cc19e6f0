/** Events that show one thing each: fill the form with one, look at it, push it. */
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { exampleOf } from './draft.js'

const longValue = '一'.repeat(40)

const canned = () => [
  ['good', t('A good one', '正常'), draft => draft],
  [
    'nobody',
    t('To nobody we know', '收件人未知'),
    draft => ({ ...draft, kind: 'unionid', to: 'uNobodyKnowsThisPerson000000' }),
  ],
  [
    'bad-value',
    t('A bad value', '值不合规'),
    draft => ({ ...draft, data: { ...draft.data, [Object.keys(draft.data)[0]]: longValue } }),
  ],
  ['late', t('Too late', '已过期'), draft => ({ ...draft, expiresAt: '2020-01-01T00:00:00Z' })],
]

export function Canned({ templates, person, onChoose }) {
  return html`<div class="row wrap" role="group" aria-label=${t('Ready-made events', '现成的事件')}>
    ${canned().map(([id, word, of]) => html`<button key=${id} type="button" class="button small" name=${`canned-${id}`} onClick=${() => onChoose(of(exampleOf(templates, person)))}>${word}</button>`)}
  </div>`
}
