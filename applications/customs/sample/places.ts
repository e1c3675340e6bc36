/**
 * Where goods come from and where they are cleared. Codes are UN/LOCODE: ports by the list of marchah/sea-ports (MIT,
 * commit 3606d4d), airports and dry ports of Pakistan added by hand. Shares are invented.
 */
export interface Station {
  readonly code: string
  /** Mode of transport by which goods reach it: 1 sea, 3 road, 4 air. */
  readonly mode: '1' | '3' | '4'
  readonly weight: number
}

/** Stations where goods that came by sea are cleared: the two ports, and dry ports to which containers travel on. */
export const seaStations: readonly Station[] = [
  { code: 'PKKHI', mode: '1', weight: 44 },
  { code: 'PKBQM', mode: '1', weight: 30 },
  { code: 'PKLHE', mode: '1', weight: 13 },
  { code: 'PKSKT', mode: '1', weight: 5 },
  { code: 'PKLYP', mode: '1', weight: 4 },
  { code: 'PKPEW', mode: '1', weight: 3 },
  { code: 'PKGWD', mode: '1', weight: 1 },
]

export const airStations: readonly Station[] = [
  { code: 'PKKHI', mode: '4', weight: 50 },
  { code: 'PKLHE', mode: '4', weight: 30 },
  { code: 'PKISB', mode: '4', weight: 20 },
]

/** Iran and Afghanistan send by road. */
export const roadStations: readonly Station[] = [
  { code: 'PKUET', mode: '3', weight: 60 },
  { code: 'PKPEW', mode: '3', weight: 40 },
]

/** Where goods of each country are usually loaded. */
export const portsOfLoading: Readonly<Record<string, readonly string[]>> = {
  AE: ['AEJEA', 'AEDXB'],
  AU: ['AUMEL'],
  BD: ['BDCGP'],
  BR: ['BRSSZ'],
  CA: ['CAVAN'],
  CL: ['CLVAP'],
  CN: ['CNSHA', 'CNNGB', 'CNTAO', 'CNYTN'],
  DE: ['DEHAM'],
  FR: ['FRLEH'],
  GB: ['GBFXT'],
  HK: ['HKHKG'],
  ID: ['IDBLW', 'IDJKT'],
  IT: ['ITGOA'],
  JP: ['JPYOK', 'JPNGO'],
  KE: ['KEMBA'],
  KR: ['KRPUS'],
  LK: ['LKCMB'],
  MY: ['MYPKG'],
  NL: ['NLRTM'],
  SA: ['SADMM', 'SAJUB', 'SAJED'],
  SG: ['SGSIN'],
  TH: ['THLCH'],
  TR: ['TRMER'],
  TW: ['TWKHH'],
  US: ['USLAX', 'USNYC', 'USSAV'],
  VN: ['VNSGN'],
  ZA: ['ZADUR'],
}

/** Ports through which goods of other countries pass; `from` is the country that the declaration then names. */
export const hubs = [
  { from: 'AE', weight: 6 },
  { from: 'SG', weight: 3 },
  { from: 'HK', weight: 2 },
] as const

export const landNeighbours: ReadonlySet<string> = new Set(['IR', 'AF'])
