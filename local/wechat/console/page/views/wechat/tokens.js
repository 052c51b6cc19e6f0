/** The access tokens that were issued, by number; their texts never leave the box. */
import { useData } from '../../api.js'
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { Badge, dateOf, Empty, Table } from '../../ui.js'

const states = () => ({
  good: ['good', t('valid', '有效')],
  expired: ['plain', t('expired', '已过期')],
  replaced: ['bad', t('invalid', '已失效')],
})

export function Tokens() {
  const { data } = useData('/tokens', ['calls', 'people'])
  const columns = [
    t('App', '应用'),
    t('Token', '令牌'),
    t('Way', '方式'),
    t('Issued', '签发'),
    t('Ends', '到期'),
    t('State', '状态'),
  ]
  if (data === undefined) return null
  if (data.length === 0) return html`<${Empty} title=${t('No token was issued yet', '还没有签发令牌')} />`
  return html`<${Table} label=${t('Tokens', '令牌')} columns=${columns} kind="plain">${data.map(token => html`<${Row} key=${`${token.app} ${token.number}`} token=${token} />`)}<//>`
}

function Row({ token: { app, number, kind, issuedAt, endsAt, state } }) {
  const [mark, word] = states()[state] ?? ['plain', state]
  return html`<tr><td>${app}</td><td>#${number}</td><td><code>${kind === 'stable' ? 'stable_token' : 'token'}</code></td>
    <td>${dateOf(issuedAt)}</td><td>${dateOf(endsAt)}</td><td><${Badge} kind=${mark}>${word}<//></td></tr>`
}
