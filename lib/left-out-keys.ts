/** Keys that the checker of shapes leaves out of an object without a word: whoever reads one from outside refuses them. */
export const leftOutKeys: readonly string[] = ['__proto__', 'constructor', 'prototype']
