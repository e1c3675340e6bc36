/** Headers that tell a browser to be careful with what it got. */

/** On every reply: data that no page may frame, run, guess the type of or keep. */
export const dataHeaders = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

/** On what everybody may read, from wherever. */
export const openHeaders = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
} as const

/** On pages besides: styles, fonts, pictures and forms of this server alone, nothing inline. */
export const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  // Not `no-referrer`: browsers would then send `Origin: null` with the forms of our own pages.
  'referrer-policy': 'same-origin',
} as const

/** Where browsers come by https: they are to come by nothing else for a year, to hosts below this one neither. */
export const transportHeaders = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
} as const
