/** Markup for preact, without a build step. */
import htm from 'htm'
import { h } from 'preact'

/** Texts in a template are text, never markup. */
export const html = htm.bind(h)
