import { api } from '../../client'
import { problemWords } from '../../words'

const atFirst = { order: '', isLoggedIn: false, problem: '' }

/**
 * The page of the template message: an event's `page` is "pages/order/detail?id=<order>", as in examples/push-event.
 *
 * Anybody can open this path with any id: the order itself comes from your own back end, which checks the session token
 * and whose order it is.
 */
Page({
  data: atFirst,

  async onLoad({ id = '' }: { id?: string }) {
    this.setData({ order: readOrder(id) })
    await this.logIn()
  },

  async logIn() {
    this.setData({ problem: '' })
    try {
      await api.token()
      this.setData({ isLoggedIn: true })
    } catch (error) {
      this.setData({ problem: problemWords(error) })
    }
  },
})

/** The order's number out of the query; empty for what is none. */
function readOrder(id: string): string {
  return /^[A-Za-z0-9-]{1,64}$/.test(id) ? id : ''
}
