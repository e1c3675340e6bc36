/**
 * Grants of made-up persons whose every sealed value is a canary: nothing like it is written anywhere for another reason, so
 * that finding one is finding the person.
 */

/** What all canaries have in common, kind by kind; long enough that no digest holds one by chance. */
export const needles = [
  'canary',
  // In CNIC, mobile number, account, amount, height, share, latitude, longitude, digest.
  '799994839',
  '79999-4839',
  '0399-48201',
  '+9239948201',
  'KHUD00004839201739',
  '7391846205',
  '173.918462',
  '73.918462',
  '31.739184',
  '73.481739',
  'cabadada5eed',
  // Born, seen.
  '1913-07-2',
  '1947-08-14',
  'کنیری',
] as const

const three = (person: number) => String(person).padStart(3, '0')

/** A grant in its JSON form. @param person below 1,000 */
export function grantOf(person: number, grantNumber = `GRANT-${person}`) {
  const digits = three(person)
  return {
    grantNumber,
    filedOn: `2026-01-${String(1 + (person % 28)).padStart(2, '0')}`,
    areaM2: (person * 37) % 200,
    applicant: {
      name: `Canary Name${digits}`,
      cnic: cnicOf(person),
      mobile: `0399-48201${digits.slice(1)}`,
    },
    account: accountOf(person),
    family: [
      { name: `CANARY-CHILD-${digits}`, isChild: true },
      { name: `CANARY-ELDER-${digits}`, isChild: false },
    ],
    bornOn: `1913-07-2${person % 10}`,
    seenAt: `1947-08-14T03:17:${String(person % 60).padStart(2, '0')}+05:00`,
    ward: `CANARY-WARD-${digits}`,
    income: { amountMinor: `7391846205${digits}`, currency: 'PKR' },
    heightCm: Number(`173.918462${digits}`),
    shareOwned: Number(`73.918462${digits}`),
    home: { latitude: Number(`31.739184${digits}`), longitude: Number(`73.481739${digits}`) },
    remark: { en: `Canary remark ${digits}`, ur: `کنیری ${digits}` },
    papers: {
      sha256: `cabadada5eed${digits}`.padEnd(64, '0'),
      mediaType: 'application/pdf',
      bytes: 100,
      name: `canary-${digits}.pdf`,
    },
  }
}

const cnicOf = (person: number) => `79999-4839${three(person)}-7`

/** The subject by which the platform knows them. */
export const nameOf = (person: number) => `cnic:${cnicOf(person).replaceAll('-', '')}`

/** PK, two check digits by ISO 7064 mod 97-10, a bank's four letters, sixteen digits. */
function accountOf(person: number): string {
  const account = `KHUD00004839201739${three(person).slice(1)}`
  const digits = [...`${account}PK00`].map((one) => Number.parseInt(one, 36)).join('')
  const check = 98n - (BigInt(digits) % 97n)
  return `PK${String(check).padStart(2, '0')}${account}`
}

/** What an outcome says that is sealed. */
export const outcomeOf = (person: number) => ({
  finding: (person * 37) % 200 > 100 === person % 11 > 0 ? 'wrong' : 'right',
  seen: `Canary seen ${three(person)}`,
})

/** Every form in which bytes could hold a needle: itself, and as hexadecimal or base64 text. */
export function found(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes).toString('latin1')
  const folded = text.toLowerCase()
  return needles.filter((needle) => {
    const written = [needle, needle.toUpperCase(), `${needle.charAt(0).toUpperCase()}${needle.slice(1)}`]
    return (
      folded.includes(latin1(needle).toLowerCase()) ||
      written.some(
        (one) =>
          folded.includes(Buffer.from(one).toString('hex')) ||
          inBase64(one).some((part) => text.includes(part)),
      )
    )
  })
}

const latin1 = (text: string) => Buffer.from(text).toString('latin1')

/** The characters of its base64 that do not depend on what stands before and behind it, for each of three positions. */
function inBase64(text: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64')
    const clean = encoded.replace(/=+$/, '')
    return clean.slice(
      before === 0 ? 0 : before + 1,
      clean.length - (clean.length === encoded.length ? 0 : 1),
    )
  })
}
