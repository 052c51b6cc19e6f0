/** The shell: navigation, language and theme, the chosen apps, and the view of the URL. */
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useConnected, useData } from './api.js'
import { html } from './html.js'
import { Bridge, Globe, Monitor, Moon, Sun } from './icons.js'
import { parts } from './parts.js'
import { followLink, goTo, linkTo, onPlace, placeOf } from './place.js'
import { choose, onTaste, t, tasteOf } from './taste.js'
import { Toasts } from './toast.js'
import { Select } from './ui.js'
import { views as allViews } from './views.js'

const hasBox = parts.includes('box')
/** Those whose server is there. */
const views = allViews.filter(({ part = 'box' }) => parts.includes(part))

function Console() {
  const [, redraw] = useState(0)
  useEffect(() => {
    const again = () => redraw(count => count + 1)
    const [stopTaste, stopPlace] = [onTaste(again), onPlace(again)]
    return () => {
      stopTaste()
      stopPlace()
    }
  }, [])
  const { data: apps } = useData(hasBox ? '/apps' : undefined, ['people'])
  const chosen = chooseApps(apps ?? [])
  const { id, name, part = 'box', View } = views.find(view => view.id === placeOf('view')) ?? views[0]
  useEffect(() => {
    document.title = `${name()} · Queqiao`
  })
  return html`
    <a class="skip" href="#content">${t('To the content', '跳到内容')}</a>
    <${Side} current=${id} />
    <main id="content" tabindex="-1" class="content">
      <${Lost} />
      <div class="head"><h1>${name()}</h1>${part === 'box' && html`<${AppChoice} ...${chosen} />`}</div>
      ${(apps || !hasBox) && html`<${View} key=${id} official=${chosen.official} mini=${chosen.mini} />`}
    </main>
    <${Toasts} />`
}

/** The app of the URL, or the first of its kind. */
function chooseApps(apps) {
  const [officials, minis] = ['official', 'mini'].map(kind => apps.filter(app => app.kind === kind))
  const find = (list, name) => list.find(app => app.name === name) ?? list[0]
  return { officials, minis, official: find(officials, placeOf('official')), mini: find(minis, placeOf('mini')) }
}

/** Only where there is something to choose. */
function AppChoice({ officials, minis, official, mini }) {
  const choice = (label, name, list, app) =>
    list.length > 1 &&
    html`<${Select} label=${label} value=${app.name} options=${list.map(it => [it.name, it.name])}
      onChange=${value => goTo({ [name]: value })} />`
  return html`<div class="row">
    ${choice(t('Official Account', '服务号'), 'official', officials, official)}
    ${choice(t('Mini program', '小程序'), 'mini', minis, mini)}
  </div>`
}

function Side({ current }) {
  return html`<header class="side">
    <div class="brand"><${Bridge} /><span>Queqiao</span></div>
    <nav aria-label=${t('Views', '视图')}>
      ${views.map(
        ({ id, name, Icon }) => html`<a key=${id} href=${linkTo({ view: id })} onClick=${followLink}
          aria-current=${id === current ? 'page' : undefined}><${Icon} /><span>${name()}</span></a>`,
      )}
    </nav>
    <div class="tastes"><${Theme} /><${Language} /></div>
  </header>`
}

const themes = ['system', 'light', 'dark']

/** One button goes round: as the system has it, light, dark. */
function Theme() {
  const theme = tasteOf('theme')
  const words = { system: t('System', '跟随系统'), light: t('Light', '浅色'), dark: t('Dark', '深色') }
  const Icon = { system: Monitor, light: Sun, dark: Moon }[theme]
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]
  return html`<button type="button" class="quiet" name="theme" onClick=${() => choose('theme', next)}
    aria-label=${`${t('Theme', '主题')}: ${words[theme]}`} title=${t('Theme', '主题')}><${Icon} /><span>${words[theme]}</span></button>`
}

function Language() {
  const isChinese = tasteOf('language') === 'zh'
  const [other, code] = isChinese ? ['English', 'en'] : ['中文', 'zh']
  return html`<button type="button" class="quiet" name="language" lang=${isChinese ? 'en' : 'zh-CN'}
    onClick=${() => choose('language', code)}><${Globe} /><span>${other}</span></button>`
}

function Lost() {
  const isConnected = useConnected()
  return html`<div role="status">
    ${!isConnected && html`<p class="banner bad">${t('The connection to the box is lost; trying again.', '与盒子的连接已断开，正在重试。')}</p>`}
  </div>`
}

const root = document.getElementById('console')
if (root !== null) {
  root.replaceChildren()
  render(html`<${Console} />`, root)
}
