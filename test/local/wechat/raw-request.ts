/** A request byte by byte, for what fetch would never send or show. */
import { connect } from 'node:net'

/** Sends bytes and gives back everything until the server closes, or until the answer is whole by its Content-Length. */
export function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.setEncoding('latin1')
    socket.on('data', text => {
      received += text
      if (isWhole(received)) socket.end()
    })
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
  })
}

function isWhole(received: string): boolean {
  const [head = '', ...rest] = received.split('\r\n\r\n')
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  return length !== undefined && rest.join('\r\n\r\n').length >= Number(length)
}
