import type { Me } from '../../api'
import { api } from '../../client'
import { problemWords, reachWords } from '../../words'

const atFirst = { isAsking: true, reach: '', title: '', detail: '', since: '', problem: '', canFollow: false }

/** Shows whether messages reach the user, and how to follow. */
Page({
  data: atFirst,

  /** Also when the user comes back from following. */
  async onShow() {
    await this.show(() => api.me())
  },
  async onPullDownRefresh() {
    await this.show(() => api.me())
    wx.stopPullDownRefresh()
  },
  async askAgain() {
    await this.show(() => api.me())
  },
  /** A login is when the server hears of a new unionid. */
  async logInAgain() {
    await this.show(async () => {
      await api.logInAgain()
      return api.me()
    })
  },

  async show(ask: () => Promise<Me>) {
    this.setData({ isAsking: true, problem: '' })
    try {
      const { reach, followedAt } = await ask()
      const canFollow = reach === 'not-following' || reach === 'unknown'
      this.setData({ reach, canFollow, since: dayOf(followedAt), ...reachWords[reach], isAsking: false })
    } catch (error) {
      this.setData({ problem: problemWords(error), isAsking: false })
    }
  },
})

/** The day on this phone, as 2026-11-22; empty without one. */
function dayOf(at: string | undefined): string {
  const day = new Date(at ?? '')
  if (Number.isNaN(day.getTime())) return ''
  const two = (value: number) => `${value}`.padStart(2, '0')
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
}
