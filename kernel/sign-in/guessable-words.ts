/**
 * What common passwords are made of. Drawn up for this product: words that the yearly lists of leaked passwords have in common,
 * and those that people in Pakistan's offices would think of.
 */

export const commonWords: readonly string[] = `
  password passw0rd passwort passcode pass word secret login logon signin welcome admin administrator root user username guest
  test testing temp temporary default change changeme changeit letmein open sesame access master super superman batman
  hello hallo iloveyou loveyou love lovely princess sunshine shadow dragon monkey tiger lion football cricket hockey soccer
  baseball basketball michael daniel jessica jordan charlie thomas george andrew ashley jennifer hunter ranger killer
  trustno trust freedom whatever nothing computer internet server system network windows linux google facebook youtube
  whatsapp samsung nokia iphone android apple microsoft oracle cisco database office official government ministry department
  institution company service customs revenue police hospital school university college
  summer winter spring autumn monday tuesday wednesday thursday friday saturday sunday january february march april june july
  august september october november december morning night today tomorrow
  pakistan pakistani zindabad islamabad rawalpindi lahore karachi peshawar quetta multan faisalabad hyderabad sialkot
  gujranwala punjab sindh balochistan khyber kashmir gilgit jinnah iqbal quaid azam sher khan malik chaudhry butt sheikh
  muhammad mohammad mohammed ahmed ahmad hassan hussain hussein abdullah usman umar omar bilal hamza fatima ayesha aisha
  zainab maryam allah bismillah subhanallah mashallah inshallah alhamdulillah ramadan ramzan eid islam muslim
  khudi selfhood sovereign dil jaan meri mera pyar mohabbat zindagi dost
  one two three four five six seven eight nine ten zero first second new old good best big real cool
  blue green black white red yellow orange purple silver golden diamond flower rose star moon
  money dollar rupee rupees king queen prince family mother father mama papa baby brother sister friend friends
  abc xyz the and for you are this that with from here there my your our not its
`
  .trim()
  .split(/\s+/)

/** Rows and columns as fingers run along them, both ways. */
const rows = [
  '1234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  '1q2w3e4r5t6y7u8i9o0p',
  'qazwsxedcrfvtgbyhnujm',
]
export const keyboardRows: readonly string[] = [...rows, ...rows.map((row) => [...row].reverse().join(''))]
