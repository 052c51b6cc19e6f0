/** A certificate that signs itself, for TLS servers of tests on localhost; Node makes keys but no certificates. */

import { generateKeyPairSync, sign } from 'node:crypto'
import { isIP } from 'node:net'

const oid = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
}

/** Makes one for these names and IPv4 addresses that is good from a day ago until this instant (ms). */
export function selfSigned(validUntil: number, names = ['localhost']): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = seq(id(oid.ecdsaWithSha256))
  const name = seq(der(0x31, seq(id(oid.commonName), der(0x0c, Buffer.from('localhost')))))
  const validity = seq(time(Math.min(Date.now(), validUntil) - 86_400_000), time(validUntil))
  const extensions = seq(
    seq(id(oid.basicConstraints), der(0x04, seq(der(0x01, Buffer.from([0xff]))))),
    seq(id(oid.subjectAltName), der(0x04, seq(...names.map(nameFor)))),
  )
  const body = seq(
    der(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signature = sign('sha256', body, privateKey)
  const certificate = seq(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
  }
}

function nameFor(name: string): Buffer {
  return isIP(name) === 4 ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name))
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

function seq(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function id(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([value]))
}

function time(at: number): Buffer {
  const text = `${new Date(at).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`
  return der(0x17, Buffer.from(text))
}
