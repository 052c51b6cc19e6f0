/** Beside the phone: who the person is, and what they can do that is no tap on the screen. */
import { useState } from 'preact/hooks'
import { html } from '../../html.js'
import { Scan } from '../../icons.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Badge, Button, CopyId, Select, Switch } from '../../ui.js'
import { act } from './acts.js'
import { followed } from './chat.js'
import { Face } from './face.js'
import { ScanDialog } from './follow-codes.js'
import { nameOf } from './people.js'

export function PersonCard({ phone, official, mini }) {
  const { person } = phone
  const name = nameOf(person)
  return html`<aside class="person-side" aria-label=${name}>
    <section class="card padded"><div class="row who"><${Face} id=${person.id} name=${name} /><h2>${name}</h2></div>
      <p class="row badges"><${States} known=${person.apps[official.name]} highRisk=${person.highRisk} /></p>
      <dl class="ids">
        <${CopyId} name="unionid" value=${person.apps[official.name].unionid} />
        <${CopyId} name="openid" value=${person.apps[official.name].openid} />
        <${CopyId} name="miniOpenid" value=${person.apps[mini.name].openid} />
      </dl></section>
    <section class="card padded"><h2>${t('What the person does', '用户的操作')}</h2>
      <${Acts} phone=${phone} official=${official} /></section>
  </aside>`
}

function States({ known, highRisk }) {
  return html`${known.following ? html`<${Badge} kind="good">${t('following', '已关注')}<//>` : html`<${Badge}>${t('not following', '未关注')}<//>`}
    ${known.blocking !== 'none' && html`<${Badge} kind="bad">${t('messages blocked', '消息被屏蔽')}<//>`}
    ${!known.unionid && html`<${Badge} kind="wait">${t('no unionid', '无 unionid')}<//>`}
    ${highRisk && html`<${Badge} kind="bad">${t('high risk', '高风险')}<//>`}`
}

function Acts({ phone, official }) {
  const [isScanning, setScanning] = useState(false)
  const app = official.name
  const { following, blocking, unionid } = phone.person.apps[app]
  const does = (verb, body, done) => () => attempt(() => act(phone, verb, body), done)
  const followKey = following
    ? html`<${Button} name="unfollow" onPress=${does('unfollow', { app }, t('Does not follow any more.', '已取消关注。'))}>${t('Unfollow', '取消关注')}<//>`
    : html`<${Button} kind="main" name="follow-aside" onPress=${does('follow', { app }, followed(phone))}>${t('Follow', '关注')}<//>`
  return html`<div class="row wrap">${followKey}
      <${Button} name="scan" onPress=${() => setScanning(true)}><${Scan} />${t('Scan a code', '扫码')}<//>
      ${!unionid && html`<${Button} onPress=${does('bind', {}, t('Has a unionid now.', '现在有 unionid 了。'))}>${t('Give a unionid', '绑定 unionid')}<//>`}
      <${Button} name="revoke" onPress=${does('revoke', { app }, t('Revoked; WeChat pushed the event.', '已撤回授权，事件已推送。'))}>${t('Revoke consent', '撤回授权')}<//></div>
    <${Blocking} phone=${phone} app=${app} blocking=${blocking} />
    <${Switch} name="risk" label=${t('High risk', '高风险')} hint=${t('WeChat refuses the login (40226).', '微信拒绝登录（40226）。')}
      on=${phone.person.highRisk} onChange=${on => does('risk', { on })()} />
    ${isScanning && html`<${ScanDialog} phone=${phone} official=${official} onClose=${() => setScanning(false)} />`}`
}

function Blocking({ phone, app, blocking }) {
  const options = [
    ['none', t('No', '不屏蔽')],
    ['receipt', t('Yes: accepted, receipt “user block”', '是：已受理，回执为 user block')],
    ['refuse', t('Yes: refused at once (43101)', '是：立即拒绝（43101）')],
    ['blacklist', t('Blacklisted (43019)', '已拉黑（43019）')],
    ['often', t('Too many lately (43117)', '近期过多（43117）')],
    ['system', t('WeChat fails to deliver', '微信送达失败')],
  ]
  return html`<${Select} label=${t('Blocks messages', '屏蔽消息')} value=${blocking} options=${options}
    onChange=${how => attempt(() => act(phone, 'block', { app, how }))} />`
}
