/** One entry of a chat: a template message as a card, a bubble, or WeChat's notice. Everything in it comes from outside. */
import { html } from '../../html.js'
import { Next } from '../../icons.js'
import { goTo } from '../../place.js'
import { t } from '../../taste.js'
import { Face } from './face.js'
import { nameOf } from './people.js'

/** Any entry. */
export function Entry({ entry, person }) {
  if (entry.by === 'template') return html`<${Card} message=${entry} />`
  if (entry.by === 'notice') return html`<p class="notice">${entry.content}</p>`
  if (entry.type === 'transfer_customer_service')
    return html`<p class="notice">${t('Handed over to customer service', '已转接客服')}</p>`
  const isMine = entry.from === 'person'
  return html`<div class=${`line ${isMine ? 'mine' : ''}`}>
    ${isMine ? html`<${Face} id=${person.id} name=${nameOf(person)} />` : html`<span class="face account" aria-hidden="true">${[...entry.app][0]}</span>`}
    <div class=${`bubble ${entry.type}`}><span class="unseen">${isMine ? t('Sent:', '发送：') : t('Received:', '收到：')}</span><${Content} entry=${entry} /></div>
  </div>`
}

function Card({ message }) {
  return html`<article class="template"><h2>${message.title}</h2>
    <dl>${message.lines.map(({ label, value }, at) => html`<div key=${at}>${label && html`<dt>${label}</dt>`}<dd>${value}</dd></div>`)}</dl>
    <${Behind} message=${message} />
  </article>`
}

/** The page behind a message; an address of the web is opened only if it is one. */
function Behind({ message: { miniprogram, url } }) {
  if (miniprogram !== undefined) {
    const open = () => goTo({ screen: 'mini', open: miniprogram.pagepath || '/' })
    return html`<button type="button" class="behind" onClick=${open}><span>${t('Open the mini program', '进入小程序查看')}</span><${Next} /></button>`
  }
  if (!/^https?:\/\//i.test(url ?? '')) return null
  return html`<a class="behind" href=${url} target="_blank" rel="noreferrer noopener"><span>${t('Details', '详情')}</span><${Next} /></a>`
}

function Content({ entry }) {
  if (entry.articles !== undefined)
    return html`${entry.articles.map((it, at) => html`<p key=${at}><strong>${it.title}</strong><br />${it.description}</p>`)}`
  if (entry.items !== undefined)
    return html`<p>${entry.head}</p>${entry.items.map(({ id, content }) => html`<p key=${id} class="tappable">${content}</p>`)}<p>${entry.tail}</p>`
  if (entry.content !== undefined) return entry.content
  return html`<span class="medium">${kindOf(entry)}</span> ${entry.title ?? entry.label ?? entry.recognition ?? ''}`
}

function kindOf({ type }) {
  const kinds = {
    image: t('Picture', '图片'),
    voice: t('Voice', '语音'),
    video: t('Video', '视频'),
    shortvideo: t('Video', '视频'),
    music: t('Music', '音乐'),
    location: t('Location', '位置'),
    link: t('Link', '链接'),
    miniprogrampage: t('Mini program', '小程序'),
  }
  return kinds[type] ?? type
}
