/** What one server takes on at once. Every limit has a number: what has none is an attack waiting for its day. */

import { type JsonLimits, jsonLimits } from '../../kernel/json.ts'

export interface HttpLimits {
  /** Largest JSON body in bytes; an operation may state its own. */
  readonly bodyBytes: number
  readonly json: JsonLimits
  /** Longest line of an NDJSON or CSV stream, in bytes. */
  readonly lineBytes: number
  /** Request line and headers together, in bytes. */
  readonly headerBytes: number
  /** Longest part of a path, in characters after decoding. */
  readonly pathPartCharacters: number
  /** Time for the headers to arrive, in ms. */
  readonly headersMs: number
  /** Time for a JSON request or a page from its headers to its reply, in ms. */
  readonly requestMs: number
  /** Longest silence on the connection of a stream, in ms. */
  readonly streamIdleMs: number
  /** How long an idle connection is kept, in ms. */
  readonly keepAliveMs: number
  /** Time for requests under way to end once the server is told to stop, in ms. */
  readonly shutdownMs: number
  readonly connections: number
  /** JSON requests and pages under way at once. */
  readonly requests: number
  /** Streams under way at once; each may hold a connection to the database. */
  readonly streams: number
  readonly rates: RateLimits
}

/** Requests in a minute, counted by each server process for itself. */
export interface RateLimits {
  /** Requests that failed to say who they are, from one address (IPv6: one /64). */
  readonly anonymousPerMinute: number
  readonly personPerMinute: number
  /** Connected systems; the figure only stops runaway loops, bulk work has its streams. */
  readonly systemPerMinute: number
}

export const defaultLimits: HttpLimits = {
  bodyBytes: 1_048_576,
  json: jsonLimits,
  lineBytes: 1_048_576,
  headerBytes: 16_384,
  // A case reference has at most 200 characters.
  pathPartCharacters: 200,
  headersMs: 20_000,
  requestMs: 30_000,
  streamIdleMs: 300_000,
  // Above the 60 s after which common proxies drop idle connections, so that they, and not we, close first.
  keepAliveMs: 65_000,
  shutdownMs: 10_000,
  connections: 4_096,
  requests: 1_024,
  streams: 16,
  rates: { anonymousPerMinute: 600, personPerMinute: 1_200, systemPerMinute: 300_000 },
}
