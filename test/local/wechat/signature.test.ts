/** Published signatures, and a published message, with their tokens and keys (docs/wechat.md 9.10). */
import { createDecipheriv } from 'node:crypto'
import { expect, test } from 'vitest'
import { encrypt, sign } from '../../../local/wechat/signature.ts'

test('V1 and V2: plain signatures', () => {
  expect(sign('weixin', '1414387151', '917222494')).toBe('e3203b6433eb554dd2fcba78fa48cb948fcb4801')
  expect(sign('weixin', '1570032739', '2068872452')).toBe('20f4a1263d198b696e6958e0d65e928aa68f7d96')
})

test('V3: a recorded message has our signature and is what we would have encrypted', () => {
  const recorded =
    '2gUBUpAeuPFKBS+gkcvrR1cBq1VjTOQluB7+FQF00VnybRpYR3xko4S4wh0qD+64cWmJfF93ZNLm+HLZBexjHLAdJBs5RBG2rP1AJnU0/1vQU/Ac9Q1Nq7vfC4l3ciF8YwhQW0o/GE4MYWWakgdwnp0hQ7aVVwqMLd67A5bsURQHJiFY/cH0fVlsKe6J3aazGhRXFCxceOq2VTJ2Eulc8aBDVSM5/lAIUA/JPq5Z2RzomM0+aoa5XIfGyAtAdlBXD0ADTemxgfYAKI5EMfKtH5za3dKV2UWbGAlJQZ0fwrwPx6Rs8MsoEtyxeQ52gO94gafA+/kIVjamKTVLSgudLLz5rAdGneKkBVhXyfyfousm1DoDRjQdAdqMWpwbeG5hanoJyJiH+humW/1q8PAAiaEfA+BOuvBk/a5xL0Q2l2k='
  const receiver = { aesKey: 'mNnY5GekpChwqhy2c4NBH90g3hND6GeI4gii2YCvKLY', appid: 'wx669ef95216eef885' }
  expect(sign('weixin', '1414387151', '917222494', recorded)).toBe('ae70d4e343d946fc0477a5c760b95be0947fddbb')
  const key = Buffer.from(`${receiver.aesKey}=`, 'base64')
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(recorded, 'base64'), decipher.final()])
  const message = plain.subarray(20, 20 + 279).toString()
  expect(message).toContain('<FromUserName><![CDATA[olPjZjsXuQPJoV0HlruZkNzKc91E]]></FromUserName>')
  expect(encrypt(message, receiver, Buffer.from('42952fe6464df535'))).toBe(recorded)
})

test('V4: deterministic encryption', () => {
  const receiver = { aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', appid: 'wxb11529c136998cb6' }
  const ciphertext = encrypt('我是中文abcd123', receiver, Buffer.from('aaaabbbbccccdddd'))
  expect(ciphertext).toBe('jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==')
  expect(sign('pamtest', '1409304348', 'xxxxxx', ciphertext)).toBe('82c962d39941aa48552f90ef55aa323dc620cc10')
  expect(sign('pamtest', '1409304348', 'xxxxxx')).toBe('76480565cbe296026c53aaacd1ad523a1ddba24f')
})

test('padding goes to 32 bytes and never is nothing', () => {
  const receiver = { aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', appid: 'wxb11529c136998cb6' }
  const key = Buffer.from(`${receiver.aesKey}=`, 'base64')
  for (let size = 0; size <= 64; size += 1) {
    const ciphertext = Buffer.from(encrypt('x'.repeat(size), receiver, Buffer.alloc(16)), 'base64')
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
    const plain = Buffer.concat([decipher.update(ciphertext), decipher.final()])
    const fill = plain.length - (16 + 4 + size + receiver.appid.length)
    expect(plain.length % 32).toBe(0)
    expect(fill).toBeGreaterThan(0)
    expect(plain.subarray(-fill)).toEqual(Buffer.alloc(fill, fill))
  }
})
