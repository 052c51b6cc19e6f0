/**
 * What the emulated Lambda lacks of the real one. Its worker looks for a handler in `.js` and `.mjs`, Lambda also in `.cjs`;
 * and it names the API below `localhost`, which only some machines resolve (RFC 6761, section 6.3).
 */

const dns = require('node:dns')
const { _extensions } = require('node:module')

_extensions['.cjs'] = _extensions['.js']

const { lookup } = dns
dns.lookup = (name, ...rest) => lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest)
