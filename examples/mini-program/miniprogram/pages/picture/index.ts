import type { Image, Upload } from '../../api'
import { ApiError } from '../../api'
import { api } from '../../client'
import { problemWords, refusalWords } from '../../words'

type Step = 'none' | 'sending' | 'checking' | 'waiting' | 'served'
type Shown = { step: Step; percent: number; id: string; imageUrl: string; problem: string }

const atFirst: Shown = { step: 'none', percent: 0, id: '', imageUrl: '', problem: '' }
// A member of each page, and nothing that its view shows.
const members: { upload: Upload | undefined } = { upload: undefined }

/** Sends a picture and shows what becomes of it. */
Page({
  data: atFirst,
  ...members,

  onUnload() {
    this.upload?.abort()
  },

  async choose() {
    try {
      const { tempFiles } = await wx.chooseMedia({ count: 1, mediaType: ['image'], sizeType: ['compressed'] })
      const [file] = tempFiles
      if (file !== undefined) await this.send(file.tempFilePath)
    } catch (error) {
      // Who closes the album without a choice has done nothing wrong.
      if (!/:fail (auth )?cancel/.test(textOf(error))) this.setData({ problem: `打不开相册（${textOf(error)}）` })
    }
  },

  async send(filePath: string) {
    this.setData({ ...atFirst, step: 'sending' })
    this.upload = api.uploadImage(filePath, percent => this.setData({ percent }))
    try {
      const id = await this.upload.done
      this.setData({ id })
      await this.look()
    } catch (error) {
      const isAborted = error instanceof ApiError && error.code === 'aborted'
      this.setData({ step: 'none', problem: isAborted ? '' : problemWords(error) })
    }
  },

  abort() {
    this.upload?.abort()
  },

  /** Waits for the picture; a content check of WeChat may take longer than anybody waits. */
  async look() {
    this.setData({ step: 'checking', problem: '' })
    try {
      this.setData(shownOf(await api.awaitImage(this.data.id)))
    } catch (error) {
      this.setData({ step: 'waiting', problem: problemWords(error) })
    }
  },

  enlarge() {
    wx.previewImage({ urls: [this.data.imageUrl] })
  },
})

function shownOf({ state, reason, imageUrl }: Image): Partial<Shown> {
  if (state === 'served' && imageUrl !== undefined) return { step: 'served', imageUrl }
  if (state === 'refused') return { step: 'none', problem: refusalWords(reason) }
  return { step: 'waiting' }
}

/** What a failed call of `wx` says. */
function textOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'errMsg' in error ? String(error.errMsg) : String(error)
}
