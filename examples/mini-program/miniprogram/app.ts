import { api } from './client'

App({
  /** The login begins with the mini program; a page that needs it earlier shares it, and shows what failed. */
  onLaunch() {
    api.token().catch(() => undefined)
  },
})
