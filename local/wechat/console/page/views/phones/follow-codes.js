/** Codes to follow by: the picture of one, and the scan of any. */
import { useState } from 'preact/hooks'
import { useData } from '../../api.js'
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Button, Dialog, Empty } from '../../ui.js'
import { act } from './acts.js'

const scanned = () => t('Scanned; WeChat pushed the event.', '已扫码，事件已推送。')

/** A code that the mini program shows; the box draws what it made. */
export function Code({ code, phone, official }) {
  const { data: codes } = useData(`/qr-codes?app=${official.name}`, ['calls', 'people'])
  const ticket = codes?.find(it => it.url === code.url)?.ticket
  const scan = () => attempt(() => act(phone, 'scan', { url: code.url }), scanned())
  return html`<section class="mini-part"><h2>${t('Follow code', '关注码')}</h2>
    ${ticket && html`<img class="qr" src=${pictureOf(ticket)} alt=${t('QR code to follow', '关注二维码')} width="140" height="140" />`}
    <${Button} kind="main" name="scan-shown" onPress=${scan}>${t('Scan it with this phone', '用此手机扫码')}<//></section>`
}

const pictureOf = ticket => `/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`

/** Scans one of the account's codes, or one whose address is known. */
export function ScanDialog({ phone, official, onClose }) {
  const { data: codes } = useData(`/qr-codes?app=${official.name}`, ['calls', 'people'])
  const [url, setUrl] = useState('')
  const scan = async given => {
    if (await attempt(() => act(phone, 'scan', given), scanned())) onClose()
  }
  const submit = event => {
    event.preventDefault()
    void scan({ url: url.trim() })
  }
  return html`<${Dialog} title=${t('Scan a follow code', '扫描关注码')} onClose=${onClose}>
    <form class="row" onSubmit=${submit}><label class="grow field"><span>${t('Address of a code', '二维码的地址')}</span>
      <input value=${url} placeholder="http://weixin.qq.com/q/…" maxlength="2048" onInput=${event => setUrl(event.currentTarget.value)} /></label>
      <button type="submit" class="button" disabled=${url.trim() === ''}>${t('Scan', '扫描')}</button></form>
    <h3>${t('Codes of this account', '此服务号的二维码')}</h3>
    ${codes?.length === 0 && html`<${Empty} title=${t('None yet', '还没有')}>${t('They appear once qrcode/create was called.', '调用 qrcode/create 后会显示在这里。')}<//>`}
    <ul class="codes">${codes?.map(
      code => html`<li key=${code.ticket}><img src=${pictureOf(code.ticket)} alt="" width="72" height="72" />
        <code class="grow">${code.scene}</code><${Button} onPress=${() => scan({ ticket: code.ticket })}>${t('Scan', '扫描')}<//></li>`,
    )}</ul><//>`
}
