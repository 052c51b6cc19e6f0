/** The mini program on the phone: the page behind a message, the login with its code, and whether messages reach the person. */
import { useEffect, useState } from 'preact/hooks'
import { html } from '../../html.js'
import { goTo, placeOf } from '../../place.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Badge, Button, CopyId } from '../../ui.js'
import { act } from './acts.js'
import { Code } from './follow-codes.js'
import { Picture } from './picture.js'

/** What the last opening gave, by person and mini program: a code outlives a look at the chat. */
const screens = new Map()

export function MiniProgram({ phone, mini, official }) {
  const key = `${phone.person.id} ${mini.name}`
  const [, redraw] = useState(0)
  const screen = screens.get(key)
  const open = followCode => async () => {
    await attempt(async () => {
      screens.set(key, await act(phone, 'mini-program', { app: mini.name, followCode }))
      redraw(count => count + 1)
    })
  }
  return html`<div class="screen-head"><strong>${mini.name}</strong><span class="capsule" aria-hidden="true">··· ◉</span></div>
    <div class="mini-screen" tabindex="0" role="region" aria-label=${t('Screen of the mini program', '小程序页面')}>
      <${Page} path=${placeOf('open')} />
      <${Login} screen=${screen} now=${phone.now} open=${open} />
      ${screen?.login && html`<${Reach} login=${screen.login} />`}
      ${screen?.login?.status === 200 && html`<${Picture} phone=${phone} mini=${mini} />`}
      ${screen?.followCode?.url && html`<${Code} code=${screen.followCode} phone=${phone} official=${official} />`}
    </div>`
}

/** The page that a message or a menu opened, with what it was given. */
function Page({ path }) {
  if (path === undefined) return null
  const [page, query = ''] = path.split('?')
  const given = [...new URLSearchParams(query)]
  return html`<section class="mini-part"><h2>${t('Page', '页面')}</h2><code class="block">${page}</code>
    ${given.length > 0 && html`<dl class="given">${given.map(([name, value], at) => html`<div key=${at}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`}
    <${Button} kind="small" onPress=${() => goTo({ screen: undefined, open: undefined })}>${t('Back to the chat', '返回聊天')}<//></section>`
}

function Login({ screen, now, open }) {
  return html`<section class="mini-part"><h2>${t('Login', '登录')}</h2>
    <p class="hint">${t('wx.login gives a code that works once, for five minutes.', 'wx.login 返回的 code 五分钟内有效，只能用一次。')}</p>
    ${screen && html`<${LoginCode} key=${screen.code} screen=${screen} now=${now} />`}
    <div class="row"><${Button} kind="main" name="login" onPress=${open(false)}>${screen ? t('Log in again', '重新登录') : t('Log in', '登录')}<//>
      ${screen?.login?.status === 200 && html`<${Button} onPress=${open(true)}>${t('Get a follow code', '获取关注码')}<//>`}</div>
  </section>`
}

function LoginCode({ screen, now }) {
  // The box's clock may be far from this machine's.
  const [ahead] = useState(() => now - Date.now())
  const [left, setLeft] = useState(screen.until - now)
  useEffect(() => {
    const timer = setInterval(() => setLeft(screen.until - Date.now() - ahead), 1000)
    return () => clearInterval(timer)
  }, [])
  const state = screen.login ? t('used', '已使用') : left > 0 ? clockOf(left) : t('expired', '已过期')
  return html`<dl class="ids"><${CopyId} name="code" value=${screen.code} /></dl>
    <p class="countdown"><${Badge} kind=${!screen.login && left > 0 ? 'good' : 'plain'}>${state}<//></p>`
}

function clockOf(ms) {
  const seconds = Math.min(300, Math.max(0, Math.ceil(ms / 1000)))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

const reaches = () => ({
  reachable: [
    'good',
    t('reachable', '可以送达'),
    t('Follows the account: messages arrive.', '已关注服务号，可以收到消息。'),
  ],
  'not-following': [
    'wait',
    t('not following', '未关注'),
    t('Known, but does not follow.', '已知用户，但没有关注服务号。'),
  ],
  'no-unionid': [
    'wait',
    t('no unionid', '无 unionid'),
    t('Nothing links the two apps for this person.', '此人的两个应用没有关联。'),
  ],
  unknown: ['plain', t('unknown', '未知'), t('Never seen before.', '从未出现。')],
})

function Reach({ login }) {
  if (login.status !== 200)
    return html`<section class="mini-part"><h2>${t("The back end's answer", '后端的回答')}</h2>
      <p><${Badge} kind="bad">${login.status || t('none', '无')}<//> ${login.problem}</p></section>`
  const [kind, word, meaning] = reaches()[login.reach] ?? ['plain', login.reach, '']
  return html`<section class="mini-part"><h2>${t('Do messages reach this person?', '消息能否送达？')}</h2>
    <p><${Badge} kind=${kind}>${word}<//> ${meaning}</p></section>`
}
