/** The address at which the picture of a QR code is (docs/wechat.md 5.4): another host than that of the calls. */

const pictures = 'https://mp.weixin.qq.com'

/** The URL of the picture of a ticket; where another WeChat is called, as the simulator, the picture is there too. */
export function pictureUrlOf(apiUrl: URL, ticket: string): string {
  const isReal = apiUrl.hostname.endsWith('.weixin.qq.com')
  const url = new URL('/cgi-bin/showqrcode', isReal ? pictures : apiUrl)
  url.searchParams.set('ticket', ticket)
  return url.href
}
