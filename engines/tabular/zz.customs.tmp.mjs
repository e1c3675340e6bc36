import {readFileSync} from 'node:fs'
import {train} from './train.ts'
import * as S from './score.ts'
console.log(Object.keys(S))
