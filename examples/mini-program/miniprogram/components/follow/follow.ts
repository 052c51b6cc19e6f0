import { officialAccountId } from '../../config'

// WeChat shows official-account only where the mini program was opened by a code; its status says why it does not.
const reasons: Readonly<Record<number, string>> = {
  1: '小程序的“关注公众号”功能被封禁',
  2: '关联的服务号被封禁',
  3: '还没有在小程序后台选定服务号，或关联已解除',
  4: '还没有在小程序后台开启“关注公众号”',
  5: '只有扫码打开小程序时，微信才显示关注组件',
  6: '一个页面只能有一个关注组件',
}

type Told = { detail: { status?: number } }

/** Ways to follow the Official Account: WeChat's own component, and a button to the account's page. */
Component({
  data: { hasProfile: officialAccountId !== '', isShown: false, reason: '' },
  methods: {
    showLoaded() {
      this.setData({ isShown: true, reason: '' })
    },
    showRefused({ detail }: Told) {
      this.setData({ isShown: false, reason: reasons[detail.status ?? 0] ?? '微信没有显示关注组件' })
    },
    /** Only a tap may call this. */
    openProfile() {
      if (wx.canIUse('openOfficialAccountProfile')) {
        wx.openOfficialAccountProfile({
          username: officialAccountId,
          fail: ({ errMsg }) => this.setData({ reason: errMsg }),
        })
      } else {
        this.setData({ reason: '请升级微信，或在微信里搜索服务号' })
      }
    },
  },
})
