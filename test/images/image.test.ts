import { describe, expect, it } from 'vitest'

import { openImages, png, refusal } from './uploads-world.ts'

describe('getImage', () => {
  it('tells the owner what became of a picture, and its address once it is served', async () => {
    const { take, get, images } = openImages()
    const { id: imageId, imageUrl } = await take(png)
    const at = '2026-11-22T15:50:00.000Z'
    expect(await get(imageId)).toEqual({ id: imageId, state: 'expected', ...png, at })
    const [row] = await images.all()
    if (row === undefined) throw new Error('no row')
    await images.move({ ...row, state: 'served', width: 3, height: 2 }, 'expected')
    expect(await get(imageId)).toEqual({ id: imageId, state: 'served', imageUrl, ...png, width: 3, height: 2, at })
  })

  it('tells why a picture was refused', async () => {
    const { take, get, images } = openImages()
    const { id: imageId } = await take(png)
    const [row] = await images.all()
    if (row === undefined) throw new Error('no row')
    await images.move({ ...row, state: 'refused', reason: 'not-an-image' }, 'expected')
    expect(await get(imageId)).toMatchObject({ state: 'refused', reason: 'not-an-image' })
    expect(await get(imageId)).not.toHaveProperty('imageUrl')
  })

  it('knows nothing of other people’s pictures, nor of what is none', async () => {
    const { take, get } = openImages()
    const { id: imageId } = await take(png)
    const asked = [[imageId, 'mini-2'], ['x'.repeat(22)], ['count#a'], [undefined]] as const
    for (const [wrong, who] of asked) {
      await expect(get(wrong, who)).rejects.toThrow(refusal('image-unknown', 404))
    }
  })
})
